"""`caseledger projection …`: rebuild the read model beside the live one; compare it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from deploy.cli.session import Session
    from services.notify.generations import Parts


def rebuild(*, as_json: Json = False) -> None:
    """Make a new generation beside the live one, compare it, switch to it."""
    from deploy.cli.session import opened
    from services.notify import generations

    with reporting(as_json=as_json), opened() as session:
        found = generations.rebuild(parts(session))
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def compare(*, as_json: Json = False) -> None:
    """Compare the projection with the fold of the log, case by case, at equal versions."""
    from deploy.cli.session import opened
    from services.notify import generations

    with reporting(as_json=as_json), opened() as session:
        found = generations.compare(parts(session)).as_dict()
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def parts(session: "Session") -> "Parts":
    """What the projection's own functions work on."""
    from services.notify.generations import Parts
    from shared.eventlog import open_log
    from shared.messaging.marks import Marks
    from shared.relay.ledger import Ledger

    databases = session.databases
    return Parts(
        events=open_log(session.settings, session.secrets, databases, writer="admin"),
        ledger=Ledger(databases.log),
        marks=Marks(databases.work),
        views=databases.views,
        lanes=session.settings.lanes,
        now=lambda: datetime.now(UTC),
    )


def _show(found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if name not in {"ok", "findings"}:
            say(f"{name:<14} {value}")
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    say("Equal to the log." if found["ok"] else "See the findings above.")
