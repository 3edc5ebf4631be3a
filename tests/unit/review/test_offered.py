"""`actions` of the desk is exactly what this caller can do: each command is sent, and compared.

A refusal names none of them that this caller cannot do.

States are drawn by a seed from walks of one item of each kind of procedure; persons are of two
places and of each duty. In each state each person sends every command of the desk, with a body that
its schema and the state allow; what had an effect is what `actions` named to them.
"""

import os
import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.desk.draft_store import KeptDraft
from services.review.room import Review
from services.review.wsgi import build
from shared.case import Fact, owed
from shared.case.deciding.rules import Rules
from shared.case.intake.submission import CaseSubmitted
from shared.casework.log import Personal, drafts
from shared.casework.offers import COMMANDS_OF
from shared.eventlog import EventLog, Sealed
from shared.security import permissions_of
from shared.security.local_issuer import LocalIssuer
from shared.security.permissions import Kind
from shared.vault import subject_stream
from tests.selection import SEED
from tests.support.bodies import VALUES, bodies
from tests.support.commands import at_review, review
from tests.support.given import START, rules
from tests.support.http_walking import ITEMS
from tests.support.http_world import deps_for
from tests.support.logs import command, writer
from tests.support.walking import Walk, open_at
from tests.unit.casework.test_commands_on_documents import MemoryStore, OpenSealer

COMMANDS = [
    row.rule.rpartition("/")[2] for row in permissions_of("review") if row.kind is Kind.COMMAND
]
ACTION_OF = {command: name for name, commands in COMMANDS_OF.items() for command in commands}
ACTION_OF |= {"draft": "proposal"}  # a draft is kept where a proposal can be made
PARTS = 12  # a part is one test: a draw of its own, so that none takes long
STATES = 24
STEPS = 14


@dataclass
class Fixed:
    """Rules that do not change."""

    present: Rules


@dataclass
class DraftsInMemory:
    """Drafts that are kept as long as the process lives."""

    kept: dict[str, KeptDraft] = field(default_factory=dict)

    def keep(self, case: str, draft: KeptDraft) -> None:
        self.kept[case] = draft


class OpenVault:
    """Seals nothing."""

    def seal_beside(self, _case: str, value: Sealed) -> bytes:
        return value.plaintext.encode()


@dataclass
class DeskOfOne:
    """The web process of review over one case in memory, which every command leaves as it was."""

    walk: Walk
    folder: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    drafts: DraftsInMemory = field(default_factory=DraftsInMemory)
    told: set[str] = field(default_factory=set)  # the actions that refusals named

    def __post_init__(self) -> None:
        self.issuer = LocalIssuer(self.folder)
        self.issuer.create()
        for number, (fact, at) in enumerate(zip(self.walk.facts, self.walk.times, strict=True)):
            told = command(f"walk:{number}", now=at)
            name = fact.TYPE.partition(".")[0]
            self.log(name).execute(
                "case/c1", told, lambda _, fact=fact: drafts([fact], personal(fact))
            )  # type: ignore[misc]
        room = Review(
            log=self.log("review"),
            vault=OpenVault(),  # type: ignore[arg-type]
            blobs=None,  # type: ignore[arg-type]
            unnamed=None,  # type: ignore[arg-type]
            holdings=None,  # type: ignore[arg-type]
            drafts=self.drafts,  # type: ignore[arg-type]
            say=lambda _fact, _case, _item: None,
            source=Fixed(self.walk.rules),  # type: ignore[arg-type]
            now=lambda: self.walk.now + timedelta(minutes=1),
        )
        own = self.walk.case.subject
        deps = deps_for(
            self.issuer, find_subject=lambda _, sub: own if sub == "own" else f"ref-of-{sub}"
        )
        self.app = build(room, deps)

    def log(self, name: str) -> EventLog:
        return EventLog(
            self.store,  # type: ignore[arg-type]
            writer(name),
            sealer=OpenSealer(),  # type: ignore[arg-type]
            lanes=4,
            code_version="test",
            pause=lambda _seconds: None,
        )

    def actions(self, headers: Mapping[str, str]) -> tuple[int, set[str]]:
        answer = self.app.test_client().get("/v1/reviews/c1", headers=dict(headers))
        return answer.status_code, set((answer.json or {}).get("actions", ()))

    def done(self, name: str, headers: Mapping[str, str]) -> bool:
        """Whether one of the bodies that the state allows had an effect; nothing is kept of it."""
        for body in bodies(name, self.walk):
            before = list(self.store.commits)
            answer = self.app.test_client().post(
                f"/v1/reviews/c1/{name}",
                json=body,
                headers={**headers, "Idempotency-Key": uuid.uuid4().hex, "If-Match": "*"},
            )
            self.store.commits = before
            assert answer.status_code in {200, 403, 404, 409}, (name, body, answer.json)
            if answer.status_code == 409:
                self.told.update(answer.json["actions"])
            done = bool(answer.json.get("events")) or bool(self.drafts.kept)
            self.drafts.kept.clear()
            if answer.status_code == 200 and done:
                return True
        return False


def personal(fact: Fact) -> Personal:
    """What the applicant says about themselves is sealed beside their application."""
    if not isinstance(fact, CaseSubmitted) or not fact.subject:
        return {}
    key = subject_stream(fact.subject)
    sealed = {name: Sealed(key, VALUES[name]) for name in VALUES if name in fact.sealed}
    return {fact.TYPE: sealed}


def walks(draw: random.Random) -> Iterator[Walk]:
    """Walks that stop anywhere, granted or refused, as many as are asked for."""
    while True:
        item = rules().catalogue.item(draw.choice(ITEMS))
        walk = Walk(item, rules(), open_at(item, rules(), START))
        walk.refuse = draw.random() < 0.3
        walk.submit()
        for _ in range(draw.randrange(1, STEPS)):
            step = walk.next()
            if step is None:
                break
            walk.act(step)
        if draw.random() < 0.3:
            _miss(walk)
        yield walk


def _miss(walk: Walk) -> None:
    """Nobody does anything until a limit is over, where review has one that runs."""
    for one in owed(walk.case):
        if one.service == "review" and one.step.startswith("limit:"):
            walk.now = max(walk.now, one.due_at)
            walk.do(at_review, review.FireTimer(step=one.step, version=one.version))
            return


def persons(walk: Walk) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who asks: (user, claims). The officer of a walk is `staff-1`."""
    item = walk.item.text
    region = {"002": "500110", "003": "652300"}.get(item.source.document, "650000")
    own = f"{item.department}-{region}"
    yield f"review@{own}", {"staff_id": "staff-1"}
    yield f"approve@{own}", {"staff_id": "staff-1"}
    post = {"authority": item.department, "office": own}
    yield "officer", {**post, "staff_id": "staff-1"}
    yield "officer-2", post
    yield "officer", {**post, "sub": "own", "staff_id": "staff-1"}  # who applied
    yield "officer", {**post, "staff_id": None}
    for duty in ("take-in", "approve", "inspect", "head", "supervise"):
        yield f"{duty}@{own}", {}
    elsewhere = "500110" if region != "500110" else "650000"
    yield f"review@public-security-{elsewhere}", {"staff_id": "staff-1"}


def compared(walk: Walk, folder: Path) -> None:
    """Compare what is sent with what is offered."""
    desk = DeskOfOne(walk, folder)
    for user, claims in persons(walk):
        headers = {"Authorization": f"Bearer {desk.issuer.issue(user, **claims)}"}
        status, actions = desk.actions(headers)
        succeeded = {ACTION_OF.get(name, name) for name in COMMANDS if desk.done(name, headers)}
        about = (walk.item.id, walk.seen[-3:], user, claims, status)
        assert succeeded == actions, about
        assert desk.told <= actions, about
        desk.told.clear()


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_sent_and_succeeds_is_what_actions_named(
    tmp_path: Path, record_property: Any, part: int
) -> None:
    seed = int(os.environ.get(SEED) or random.randrange(2**32))  # noqa: S311 - to be repeated
    record_property("seed", seed)
    wanted = int(os.environ.get("CASELEDGER_OFFERED_STATES", STATES)) // PARTS
    draw = random.Random(f"{seed} offered {part}")  # noqa: S311 - to be repeated
    for number, walk in zip(range(wanted), walks(draw), strict=False):
        try:
            compared(walk, tmp_path / str(number))
        except AssertionError as error:
            raise AssertionError(f"{SEED}={seed}") from error


@pytest.mark.parametrize(
    ("user", "path", "named"),
    [
        ("review@public-security-650000", "draft", ["assignment"]),
        ("review@public-security-650000", "preview", ["assignment"]),
        ("head", "preview", []),
    ],
)
def test_a_refused_draft_or_preview_names_what_this_caller_can_do_instead(
    tmp_path: Path, user: str, path: str, named: list[str]
) -> None:
    """Nobody has the case yet: whoever reviews can take it, the head can do nothing."""
    item = rules().catalogue.item("000-01")
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.submit()
    walk.until("assignment")
    desk = DeskOfOne(walk, tmp_path)
    answer = desk.app.test_client().post(
        f"/v1/reviews/c1/{path}",
        json={},
        headers={
            "Authorization": f"Bearer {desk.issuer.issue(user)}",
            "Idempotency-Key": uuid.uuid4().hex,
        },
    )
    assert (answer.status_code, (answer.json or {}).get("actions")) == (409, named)


@pytest.mark.parametrize("refuse", [False, True])
def test_the_decision_is_offered_to_a_second_person_alone(tmp_path: Path, *, refuse: bool) -> None:
    """000-01: not to the officer who proposed, nor to who applied, nor in another place."""
    item = rules().catalogue.item("000-01")
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.refuse = refuse
    walk.submit()
    walk.until("decision")
    desk = DeskOfOne(walk, tmp_path)
    offered = {}
    for name, (user, claims) in {
        "proposer": ("officer", {"staff_id": "staff-1"}),
        "second": ("officer-2", {}),
        "head": ("head", {}),
        "supervisor": ("supervisor", {}),
        "changji": ("officer-changji", {}),
    }.items():
        headers = {"Authorization": f"Bearer {desk.issuer.issue(user, **claims)}"}
        offered[name] = desk.actions(headers)
    decision = "refusal" if refuse else "approval"
    assert offered == {
        "proposer": (200, {"proposal", "correction", "release", "passing-on"}),
        "second": (200, {"assignment", decision}),
        "head": (200, {decision, "passing-on"}),
        "supervisor": (200, set()),
        "changji": (404, set()),
    }
