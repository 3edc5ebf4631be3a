"""What every fact of a case has in common.

A fact is written once and read for ever: its type is a stable string with a schema number, never a
class path, and its fields are free of personal data (that is in the sealed fields it names).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from shared.case.parts import DueDate

Why = Literal["started", "pause-ended", "follow-up", "calendar"]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event's data. `TYPE` is on disk; change it and old cases cannot be read.

    `SEALED` names the fields that may stand, encrypted, beside the data: never in it. `LATER` names
    fields that came after the type was first written: they have a default and are not stored while
    they have it, so that what was stored before stays the same to the byte.
    """

    TYPE: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    SEALED: ClassVar[frozenset[str]] = frozenset()
    LATER: ClassVar[frozenset[str]] = frozenset()


class Recorded(msgspec.Struct, frozen=True):
    """A fact with its place in the stream and the time it happened (aware, UTC)."""

    fact: Fact
    version: int
    at: datetime


class StoredEvent(Protocol):
    """An event as the log gives it back; `shared.eventlog.Event` is one."""

    @property
    def version(self) -> int:
        """Its place in the stream, from 1."""

    @property
    def type(self) -> str:
        """Its stable type, such as `intake.CaseSubmitted`."""

    @property
    def schema(self) -> int:
        """The schema number that it was written with."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its data, without the sealed fields."""

    @property
    def occurred_at(self) -> str:
        """RFC 3339 in UTC."""


class StepOverdue(Fact, frozen=True, kw_only=True):
    """An owed step was not done in time. It sets the step anew, so that it stays owed."""

    step: str
    due_at: datetime
    since: int


class LimitsRecomputed(Fact, frozen=True, kw_only=True):
    """The limits of a case as they are now: one began, a pause ended, the calendar was announced.

    `due` has every limit that began, those that did not change too; `ends` which event ends each
    (a limit that is not named ends with the result). `moved` names the limits whose day is another
    one now; the rest is as it was, or known better.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"moved"})
    why: Why
    due: tuple[DueDate, ...]
    ends: dict[str, str] = {}
    moved: tuple[str, ...] = ()

    @property
    def moves_the_case(self) -> bool:
        """Whether the date that the applicant is told is another one now."""
        return any(due.drives and due.limit in self.moved for due in self.due)


class FactCorrected(Fact, frozen=True, kw_only=True):
    """A wrongly recorded fact is put right by naming it, never by an edit.

    `field` is one field of the corrected event's data; `value` what it should have said.
    """

    corrects: int
    type: str
    field: str
    value: str | int | bool | None
    why: str


def require(*, of: str, **fields: object) -> None:
    """Refuse to build a fact with an empty field: ValueError names it.

    The one place that makes invariant 10 hold in the constructor and on reading alike.
    """
    empty = [name for name, value in fields.items() if value is None or value in ("", ())]
    if empty:
        raise ValueError(f"{of} needs {', '.join(empty)}")
