"""A log for tests: writers with fixed keys, commands with made-up callers, no personal data."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.config import Databases
from shared.eventlog import (
    Actor,
    Command,
    CommitStore,
    Draft,
    EventLog,
    Loaded,
    Sealer,
    Writer,
    prepare,
)
from tests.support.keys import door, ring, writer_of

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
ACTOR = Actor(kind="applicant", ref="0" * 32, portal="portal-a")
WRITERS = tuple(map(writer_of, ("intake", "review", "issuance", "notify", "vault", "admin")))
WRITERS += (writer_of("registrar"),)
KEYS = ring(*WRITERS)


def writer(name: str = "intake") -> Writer:
    return writer_of(name)


def store_of(databases: Databases) -> CommitStore:
    """The store of a log whose writers are those of these tests."""
    return CommitStore(databases.log, door(*WRITERS))


def new_log(
    databases: Databases,
    *,
    name: str = "intake",
    store: CommitStore | None = None,
    sealer: Sealer | None = None,
    lanes: int | Callable[[], int] = 4,
    **more: Any,
) -> EventLog:
    """A log with its indexes, as one writer; no pause between rounds."""
    prepare(databases.log)
    return EventLog(
        store or store_of(databases),
        writer(name),
        sealer=sealer,
        lanes=lanes,
        code_version="test",
        pause=lambda _seconds: None,
        **more,
    )


def command(command_id: str, **changes: Any) -> Command:
    given: dict[str, Any] = {
        "command_id": command_id,
        "actor": ACTOR,
        "now": NOW,
        "authority": "public-security",
        "request_mac": f"request-1:{command_id}",
    }
    return Command(**(given | changes))


def fact(note: str = "n", *, kind: str = "intake.FactCorrected") -> Draft:
    return Draft(type=kind, schema=1, data={"note": note})


def facts(*notes: str) -> Sequence[Draft]:
    return [fact(note) for note in notes]


def always(*notes: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - a decision
    def decide(_loaded: Loaded) -> Sequence[Draft]:
        return facts(*notes)

    return decide
