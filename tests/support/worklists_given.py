"""Cases for work lists, each with what a list must say of it: known from how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from shared.case.facts.fact import Fact
from shared.case.facts.parts import DueDate
from shared.case.intake.acceptance import CaseAccepted
from shared.case.issuance.handover import DocumentDispatched, DocumentReady
from shared.case.review.assignment import CaseAssigned
from shared.case.review.limits import ClockPaused, DeadlineMissed
from shared.clock.calendar.moments import end_of_day, utc
from shared.eventlog import Event
from tests.support import histories as h

OFFICERS = ("officer-1", "officer-2")
DEPARTMENTS = (h.DEPARTMENT, "culture-and-tourism")
ITEMS = ("000-01", "000-02")
DAYS = (date(2026, 12, 11), date(2026, 12, 14), date(2027, 1, 4))


@dataclass(frozen=True)
class Stage:
    """How far a case came: its status then, and what a list must know."""

    status: str
    has_officer: bool = False
    counts: bool = False
    open: bool = True
    waits: str | None = None
    reviewing: bool = False
    desk: str | None = None


# `counts`: the due date counts, from the acceptance until the result is made.
STAGES: Mapping[str, Stage] = {
    "applied": Stage("awaiting-payment", waits="applicant"),
    "paid": Stage("submitted"),
    "accepted": Stage("accepted", counts=True),
    "paused": Stage("accepted"),
    "missed": Stage("accepted", counts=True),
    "withdrawn": Stage("withdrawn"),
    "opened": Stage("under-review", counts=True, reviewing=True),
    "assigned": Stage("under-review", has_officer=True, counts=True, reviewing=True),
    "proposed": Stage("reviewed", has_officer=True, counts=True, waits="approval", reviewing=True),
    "approved": Stage("approved", has_officer=True, counts=True),
    "numbered": Stage("numbered", has_officer=True, counts=True),
    "ordered": Stage("in-production", has_officer=True, counts=True, desk="production"),
    "produced": Stage("produced", has_officer=True, desk="production"),
    "missed-and-produced": Stage("produced", has_officer=True, desk="production"),
    "on-its-way": Stage("dispatched", has_officer=True),
    "ready": Stage("ready", has_officer=True, waits="applicant", desk="hand-over"),
    "closed": Stage("closed", has_officer=True, open=False),
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """A case with its streams, and what a list must say of it."""

    id: str
    stage: str
    department: str = h.DEPARTMENT
    item: str = ITEMS[0]
    day: date = DAYS[0]
    assigned: str = OFFICERS[0]

    @property
    def status(self) -> str:
        return STAGES[self.stage].status

    @property
    def desk(self) -> str | None:
        return STAGES[self.stage].desk

    @property
    def open(self) -> bool:
        return STAGES[self.stage].open

    @property
    def officer(self) -> str | None:
        return self.assigned if STAGES[self.stage].has_officer else None

    @property
    def waits(self) -> str | None:
        return STAGES[self.stage].waits

    @property
    def reviewing(self) -> bool:
        return STAGES[self.stage].reviewing

    @property
    def due(self) -> date | None:
        return self.day if STAGES[self.stage].counts else None

    @property
    def order(self) -> tuple[date, str]:
        """By due date, those without one last, then by id."""
        return (self.due or date.max, self.id)

    @property
    def streams(self) -> dict[str, list[Event]]:
        """Stream id to its events."""
        found = {f"case/{self.id}": h.events(self._facts())}
        if self.stage in {"numbered", "ordered", "produced", "missed-and-produced", "closed"}:
            found[f"document/{self.id}-paper"] = h.events(h.numbered(self.id))
        return found

    def _due(self) -> DueDate:
        return replace(h.DUE, due=self.day, due_at=utc(end_of_day(self.day)))

    def _facts(self) -> list[Fact]:
        """The facts on `case/<id>`."""
        upto = self.stage
        begun, *rest = h.submitted()
        facts = [replace(begun, item=self.item, department=self.department), *rest]
        if upto == "applied":
            return facts
        facts += h.paid()
        if upto == "paid":
            return facts
        facts += [CaseAccepted(pin=h.PIN, automatic=True, due=(self._due(),))]
        missed = DeadlineMissed(limit="promised", due=self.day, due_at=utc(end_of_day(self.day)))
        ends: dict[str, list[Fact]] = {
            "accepted": [],
            "paused": [ClockPaused(cause="inspection", limits=("promised",))],
            "missed": [missed],
            "withdrawn": h.withdrawn(),
        }
        if upto in ends:
            return [*facts, *ends[upto]]
        opened, _, proposed = h.reviewed()
        sent = DocumentDispatched(document=h.DOCUMENT, carrier="EMS")
        ready = DocumentReady(document=h.DOCUMENT, office="window 3", asks="code")
        later: dict[str, list[Fact]] = {
            "opened": [opened],
            "assigned": [CaseAssigned(officer=self.assigned)],
            "proposed": [proposed],
            "approved": h.approved(),
            "numbered": [],
            "ordered": h.ordered(),
            "missed-and-produced": [missed] if upto == "missed-and-produced" else [],
            "produced": h.produced(),
            "on-its-way": [sent] if upto == "on-its-way" else [],
            "ready": [ready] if upto == "ready" else [],
            "closed": [*h.delivered(), *h.closed("delivered")],
        }
        last = "produced" if upto == "missed-and-produced" else upto
        for name, more in later.items():
            facts += more
            if name == last:
                break
        return facts


def cases(*, prefix: str = "c", most: int = 12) -> st.SearchStrategy[list[Made]]:
    """Some cases of two departments, at any stage."""
    one = st.fixed_dictionaries(
        {
            "stage": st.sampled_from(list(STAGES)),
            "department": st.sampled_from(DEPARTMENTS),
            "item": st.sampled_from(ITEMS),
            "day": st.sampled_from(DAYS),
            "assigned": st.sampled_from(OFFICERS),
        }
    )
    ids = st.lists(
        st.integers(0, 255).map(lambda n: f"{prefix}{n:02x}"), max_size=most, unique=True
    )
    return ids.flatmap(
        lambda names: st.tuples(*(one for _ in names)).map(
            lambda made: [Made(id=i, **fields) for i, fields in zip(names, made, strict=True)]
        )
    )


def asked() -> st.SearchStrategy[dict[str, Any]]:
    """What may be asked, as the query string has it."""
    times = ["2026-12-11T15:59:59.999999Z", "2026-12-12T00:00:00+08:00", "2026-12-11T15:59:59Z"]
    until = st.sampled_from([*(day.isoformat() for day in DAYS), "2026-12-01", *times])
    return st.fixed_dictionaries(
        {},
        optional={
            "due_until": until,
            "late": st.sampled_from(["true", "false"]),
            "item": st.sampled_from(ITEMS),
            "status": st.sampled_from(sorted({stage.status for stage in STAGES.values()})),
            "officer": st.sampled_from([*OFFICERS, "none", "nobody-of-ours"]),
        },
    )
