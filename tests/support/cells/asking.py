"""One case with its canaries: everybody calls every reading route, and what they get is compared.

A canary is in an answer exactly where the table by hand entitles; each answer that has one is one
row in the record of readings, which lists its classes, and no other answer has a row.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pytest
from bson import ObjectId
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

from services.issuance.papers.finding import papers_named
from services.issuance.papers.signed.codes import shown_code
from shared.case import case_stream
from shared.case.reading.stage import ReadingStage
from shared.casework.log import case_of
from shared.security.data_classes import DataClass
from shared.security.duties import Duty
from shared.security.permissions import Entrance, Kind, Permission
from tests.support.cells.by_hand import OWN_STEPS, letter_of, opens
from tests.support.cells.canaries import Canary, patch_of, seen_in
from tests.support.cells.people import Asker
from tests.support.cells.routes import (
    ASKED_WITH_REASON,
    PAPER_FOR,
    READINGS,
    duties_on,
    rows_of,
)
from tests.support.path_world import LANES, Path4

REASON = "complaint"
NOBODY = Asker(name="nobody signed in", user="")
# What still counts of somebody who is not of the office that has the case.
_COUNTS: Mapping[str, frozenset[Duty]] = {
    "here": frozenset(Duty),
    "above": frozenset({Duty.APPLY, Duty.SUPERVISE}),
    "away": frozenset({Duty.APPLY}),
}
# What is of one case: such a route is asked at every stage.
PLACES = frozenset({"{case}", "{blob}", "{paper}", "{code}", "{document}"})
AWAY: tuple[PyMongoError, ...] = (
    OperationFailure("not authorized on caseledger to execute command", 13),
    ServerSelectionTimeoutError("nobody is there"),
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One reading: by whom, of which route, at which address; `about`: the paper or upload."""

    asker: Asker
    row: Permission
    path: str
    about: str = ""
    reason: bool = False

    @property
    def kind(self) -> str:
        """What the route gives."""
        return READINGS[(self.row.service, self.row.rule)].kind

    def __str__(self) -> str:
        return f"{self.asker.name} on {self.row.rule} {self.about}{' with a reason' * self.reason}"


@dataclass(repr=False)
class CellCase:
    """A case that is asked for. `planted`: its canaries; `retired`: what was theirs before.

    `assigned`, `proposer`: staff ids. `label`: whether the address is for the label now. `made`:
    whether the result came to be. `reached`: the classes that were there at each stage.
    """

    path: Path4
    office: str
    people: Mapping[str, Asker]
    item: str
    case: str = "0" * 32
    planted: dict[str, Canary] = field(default_factory=dict)
    retired: dict[str, Canary] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    assigned: str = ""
    proposer: str = ""
    label: bool = False
    made: bool = False
    reached: set[tuple[DataClass, ReadingStage]] = field(default_factory=set)
    calls: int = 0
    unrecorded: set[tuple[str, str]] = field(default_factory=set)
    _last: ObjectId | None = None
    _tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = ("intake", "review", "issuance", "notify")
        self.apps = {name: self.path.app(name).test_client() for name in names}
        self.rows = rows_of(Kind.READ)

    def plant(self, *canaries: Canary) -> None:
        """From now on these are in the case."""
        self.planted |= {one.name: one for one in canaries}

    def retire(self, *names: str) -> None:
        """From now on these are nobody's to read."""
        self.retired |= {f"former {name}": self.planted.pop(name) for name in names}

    # ---- asking

    def headers(self, asker: Asker) -> dict[str, str]:
        """The asker's token."""
        if not asker.user:
            return {}
        if asker.name not in self._tokens:
            token = self.path.world.issuer.issue(asker.user, **asker.claims)
            self._tokens[asker.name] = {"Authorization": f"Bearer {token}"}
        return self._tokens[asker.name]

    def told(self, call: Call) -> Any:
        """The answer to a call."""
        self.calls += 1
        path = f"{call.path}?reason={REASON}" if call.reason else call.path
        client = self.apps[call.row.service]
        return client.get(path, headers=self.headers(call.asker))

    def everybody_asks(self, stage: ReadingStage, *, every: bool = False) -> None:
        """Each person calls each reading route; each canary is given to whom it is for alone.

        `every`: those that name no case too, and those that somebody's token does not open.
        """
        self.reached |= {(one.of, stage) for one in self.planted.values()}
        self.new_rows()
        gave = []
        for call in self._calls(every=every):
            told = self.told(call)
            found = self.seen(call, told, coded=every)
            # A row of a refused call is found with the next that is answered.
            rows = self.new_rows() if found or told.status_code == 200 else []
            wanted = {name for name, one in self.planted.items() if self.is_for(one, call, stage)}
            about = f"{self.item} {stage.value}: {call}"
            more, less = sorted(found - wanted), sorted(wanted - found)
            assert more == [], f"{about} is given what is not theirs"
            assert less == [], f"{about} is not given what is theirs"
            self._is_recorded(call, found, rows, about)
            if found:
                gave.append(call)
        assert self.new_rows() == [], "a call that was refused has a row"
        self._without_a_record(gave, stage)

    def _calls(self, *, every: bool) -> Iterator[Call]:
        for route, row in self.rows.items():
            if not (every or set(PLACES) & set(placeholders(row.rule))):
                continue
            for path, about in self._addresses(row.rule):
                for asker in [NOBODY] if row.entry is Entrance.OPEN else self.people.values():
                    call = Call(asker=asker, row=row, path=path, about=about)
                    let_in = bool(row.roles & asker.roles) or row.entry is Entrance.OPEN
                    if let_in or every:
                        yield call
                    if let_in and READINGS[route].kind in ASKED_WITH_REASON:
                        yield replace(call, reason=True)

    def _addresses(self, rule: str) -> Iterator[tuple[str, str]]:
        """A rule with everything that it may be asked about, and what that is called."""
        places: Mapping[str, Mapping[str, str]] = {
            "{case}": {self.case: ""},
            "{item}": {self.item: ""},
            "{blob}": self.blobs or {"0" * 32: ""},
            "{paper}": self.papers,
            "{code}": {shown_code(paper): kind for paper, kind in self.papers.items()},
            "{document}": dict.fromkeys(self.documents, ""),
            "{lane}": {str(lane): "" for lane in range(LANES)},
        }
        used = placeholders(rule)
        for values in product(*(places[name].items() for name in used)):
            path = rule
            for name, (value, _) in zip(used, values, strict=True):
                path = path.replace(name, value)
            yield path, next((about for _, about in values if about), "")

    def seen(self, call: Call, response: Any, *, coded: bool = False) -> set[str]:
        """The canaries of an answer, in its body and its headers; `coded`: in base64 too."""
        content = response.data
        told = content + str(response.headers).encode()
        found = seen_in({**self.planted, **self.retired}, told, coded=coded)
        if response.status_code == 200 and response.content_type.startswith("image/"):
            patch = patch_of(content)
            found |= {name for name, one in self.planted.items() if one.patch == patch}
        if response.content_type == "application/pdf":
            found.add(f"paper {call.about}")
        return found

    # ---- what is whose

    def is_for(self, one: Canary, call: Call, stage: ReadingStage) -> bool:
        """Whether this call is to give this canary."""
        kind, asker = call.kind, call.asker
        if stage is ReadingStage.DRAFT:
            return False  # the pages keep it, sealed (test_stores.py); no route of the API has it
        if kind not in one.given or (kind == "label" and not self.label):
            return False
        if (one.paper or one.patch) and call.about != one.name.partition(" ")[2]:
            return False
        if kind == "check":
            return bool(self.papers)
        if kind == "voucher":
            return asker.meets and Duty.APPLY in asker.duties
        counted = duties_on(call.row, asker.duties) & _COUNTS[asker.where]
        return any(self._opens(one, duty, call, stage) for duty in counted)

    def _opens(self, one: Canary, duty: Duty, call: Call, stage: ReadingStage) -> bool:
        asker = call.asker
        if one.paper and duty not in self._paper_for(one.paper):
            return False
        letter = letter_of(duty, one.of, stage)
        opened = opens(
            letter,
            own=asker.own,
            assigned=bool(asker.staff) and asker.staff == self.assigned,
            reason=call.reason,
            proposed=bool(self.proposer) and asker.staff != self.proposer,
        )
        return opened and (letter != "t" or one.step in OWN_STEPS[duty])

    def _paper_for(self, kind: str) -> frozenset[Duty]:
        """For whom a paper is: a result, until it is made, for who makes it alone."""
        return PAPER_FOR["slip"] if kind == "result" and not self.made else PAPER_FOR[kind]

    # ---- the record

    def new_rows(self) -> list[dict[str, Any]]:
        """The rows of the record since they were asked for last."""
        after = {"_id": {"$gt": self._last}} if self._last else {}
        found = list(self.path.databases.log["access"].find(after).sort("_id", 1))
        self._last = found[-1]["_id"] if found else self._last
        return found

    def _is_recorded(
        self, call: Call, found: set[str], rows: list[dict[str, Any]], about: str
    ) -> None:
        if call.kind == "voucher":
            assert rows == [], about
            return
        assert len(rows) == bool(found), f"{about}: {len(rows)} rows for {sorted(found)}"
        for row in rows:
            classes = {self.planted[name].of.value for name in found}
            classes = {"paper"} if call.kind == "check" else classes
            assert classes == set(row["classes"]), about
            assert row["reason"] in {"", REASON if call.reason else ""}, about

    def _without_a_record(self, gave: list[Call], stage: ReadingStage) -> None:
        """Where the reading cannot be recorded, each of these calls is 503 and gives nothing."""
        for n, call in enumerate(gave):
            about = (call.row.rule, call.asker.name)
            if call.kind == "voucher" or about in self.unrecorded:
                continue
            self.unrecorded.add(about)
            with record_away(AWAY[n % len(AWAY)]):
                told = self.told(call)
            assert told.status_code == 503, (stage.value, *about, told.status_code)
            assert self.seen(call, told) == set(), (stage.value, *about)
        assert self.new_rows() == []

    # ---- papers

    def make_papers(self) -> None:
        """Have every paper made that the case has by now."""
        path, log = self.path, self.path.world.log("issuance")
        case = case_of(log.load(case_stream(self.case)))
        named = papers_named(
            case,
            rules=path.rules,
            numbers=path.numbers,
            log=log,
            key_of=path.world.opened.vault.keys.get,
        )
        if case.document is not None:
            self.documents.add(case.document.id)
        fresh = [one for one in named if one.id not in self.papers]
        for one in fresh:
            path.orders.add(one.id, self.case, now=path.now())
        path.workshop().tick()
        path.settle()
        for one in fresh:
            kind = one.sheet.kind
            self.papers[one.id] = kind
            given = frozenset({"paper"})
            self.plant(
                Canary(name=f"paper {kind}", of=DataClass.PAPER, given=given, paper=str(kind))
            )


def placeholders(rule: str) -> list[str]:
    """The placeholders of a rule: `{case}`."""
    return re.findall(r"{[a-z]+}", rule)


@contextmanager
def record_away(fault: PyMongoError) -> Iterator[None]:
    """Nobody can write to the record of readings: for want of the right, or the store is away."""
    insert = Collection.insert_one

    def refused(rows: Any, *args: Any, **more: Any) -> Any:
        if rows.name == "access":
            raise fault
        return insert(rows, *args, **more)

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(Collection, "insert_one", refused)
        yield
