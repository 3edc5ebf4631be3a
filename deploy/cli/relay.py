"""`caseledger relay status`: how far each lane came from the log to Kafka."""

from collections.abc import Mapping
from typing import Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say


def status(*, as_json: Json = False) -> None:
    """Show head, mark and lease of each lane; 1 when a lane lags or nobody holds it."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        from shared.relay import relay_status

        found = relay_status(session.settings, session.databases)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def _show(found: Mapping[str, Any]) -> None:
    for lane in found["lanes"]:
        say("  ".join(f"{name} {value}" for name, value in lane.items()))
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
