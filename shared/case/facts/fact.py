"""What every fact of a case has in common.

A fact is written once and read for ever: its type is a stable string with a schema number, never a
class path, and its fields are free of personal data (that is in the sealed fields it names).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from shared.case.intake.transaction import Transaction
    from shared.case.issuance.document import IssuedDocument
    from shared.case.issuance.paper import SignedPaper
    from shared.case.notify.notice import Notices
    from shared.case.state import Case


class Mark(msgspec.Struct, frozen=True):
    """When something happened in this stream: the version and the time (aware, UTC)."""

    version: int
    at: datetime


class Reminded(msgspec.Struct, frozen=True):
    """A step that was late and said so: since which version it is owed, and the last reminder."""

    since: int
    mark: Mark


class NotOfThisStream(ValueError):
    """An event stands in a stream of a category that it does not belong to."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One event's data. `TYPE` is on disk; change it and old cases cannot be read.

    Writing is strict: the constructor refuses a field that the class does not name. Reading is
    tolerant: a stored field that this code does not know, at any depth, was added by newer code
    and is left out of the fact. The stored bytes keep it, because a commit that was read is never
    encoded again. `SCHEMA` rises only when a meaning changes (ADR 17).

    `SEALED` names the fields that may stand, encrypted, beside the data: never in it. `LATER` names
    fields that came after the type was first written: they have a default and are not stored while
    they have it, so that what was stored before stays the same to the byte.
    """

    TYPE: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    SEALED: ClassVar[frozenset[str]] = frozenset()
    LATER: ClassVar[frozenset[str]] = frozenset()

    def on_case(self, case: "Case", mark: Mark) -> "Case":  # noqa: ARG002
        """The case after this fact on `case/<id>`. Pure; sealed fields are never read.

        Raises:
            NotOfThisStream: the fact does not belong to a case's stream.
        """
        raise NotOfThisStream(f"{self.TYPE} does not belong to a case's stream")

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":  # noqa: ARG002
        """The document after this fact on `document/<id>`. Pure.

        Raises:
            NotOfThisStream: the fact does not belong to a document's stream.
        """
        raise NotOfThisStream(f"{self.TYPE} does not belong to a document's stream")

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":  # noqa: ARG002
        """The messages of a case after this fact on `notice/<case>`. Pure.

        Raises:
            NotOfThisStream: the fact does not belong to a stream of notices.
        """
        raise NotOfThisStream(f"{self.TYPE} does not belong to a stream of notices")

    def on_paper(self, paper: "SignedPaper", mark: Mark) -> "SignedPaper":  # noqa: ARG002
        """The paper after this fact on `paper/<id>`. Pure.

        Raises:
            NotOfThisStream: the fact does not belong to a paper's stream.
        """
        raise NotOfThisStream(f"{self.TYPE} does not belong to a paper's stream")

    def on_payment(self, transaction: "Transaction", mark: Mark) -> "Transaction":  # noqa: ARG002
        """The gateway's transaction after this fact on `payment/<gateway>/<transaction>`. Pure.

        Raises:
            NotOfThisStream: the fact does not belong to a stream of a payment.
        """
        raise NotOfThisStream(f"{self.TYPE} does not belong to a stream of a payment")


F = TypeVar("F")


class Recorded(msgspec.Struct, Generic[F], frozen=True):
    """A fact with its place in the stream and the time it happened (aware, UTC)."""

    fact: F
    version: int
    at: datetime

    @property
    def mark(self) -> Mark:
        """When it happened."""
        return Mark(self.version, self.at)


def kept_whole(fact: F, mark: Mark) -> Recorded[F]:
    """A fact that the state keeps whole, with its place and time."""
    return Recorded(fact, mark.version, mark.at)


def mark_of(recorded: Recorded[Any] | None) -> Mark | None:
    """When it happened; None where it did not."""
    return None if recorded is None else recorded.mark


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

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        reminded = {**case.reminded, self.step: Reminded(self.since, mark)}
        return replace(case, reminded=reminded)

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":  # noqa: ARG002
        """Nothing: what is owed on a document is done by the machine, and stays owed until then."""
        return document

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        reminded = {**notices.reminded, self.step: Reminded(self.since, mark)}
        return replace(notices, reminded=reminded)


class FactCorrected(Fact, frozen=True, kw_only=True):
    """A wrongly recorded fact is put right by naming it, never by an edit.

    `field` is one field of the corrected event's data; `value` what it should have said.
    """

    corrects: int
    type: str
    field: str
    value: str | int | bool | None
    why: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":  # noqa: ARG002
        return replace(case, corrections=(*case.corrections, self))

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":  # noqa: ARG002
        return document

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":  # noqa: ARG002
        return notices


def require(*, of: str, **fields: object) -> None:
    """Refuse to build a fact with an empty field: ValueError names it.

    The one place that makes invariant 10 hold in the constructor and on reading alike.
    """
    empty = [name for name, value in fields.items() if value is None or value in ("", ())]
    if empty:
        raise ValueError(f"{of} needs {', '.join(empty)}")
