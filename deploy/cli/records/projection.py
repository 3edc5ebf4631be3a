"""`caseledger projection …`: rebuild the read model beside the live one; compare it."""

from collections.abc import Mapping
from typing import Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say


def rebuild(*, as_json: Json = False) -> None:
    """Make a new generation beside the live one, compare it, switch to it."""
    from deploy.cli.session import opened
    from services.notify import generations

    with reporting(as_json=as_json), opened() as session:
        found = generations.rebuild(session.settings, session.secrets, session.databases)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def compare(*, as_json: Json = False) -> None:
    """Compare the projection with the fold of the log, case by case, at equal versions."""
    from deploy.cli.session import opened
    from services.notify import generations

    with reporting(as_json=as_json), opened() as session:
        found = generations.compare(session.settings, session.secrets, session.databases)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def _show(found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if name not in {"ok", "findings"}:
            say(f"{name:<14} {value}")
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
    say("Equal to the log." if found["ok"] else "See the findings above.")
