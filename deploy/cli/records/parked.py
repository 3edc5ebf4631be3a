"""`caseledger parked …`: streams that a handler gave up on, and going on with them."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

Group = Annotated[str, typer.Option(help="Only this consumer group.")]
Stream = Annotated[str, typer.Option(help="Only this stream.")]


def list_(*, group: Group = "", as_json: Json = False) -> None:
    """List parked streams; 1 when there are any."""
    from deploy.cli.session import opened
    from deploy.processes.redrive import parked_rows

    with reporting(as_json=as_json), opened() as session:
        parked = parked_rows(session.databases, group=group)
        code = FINDINGS if parked else FINE
        answer({"ok": not parked, "parked": parked}, as_json=as_json, show=_show, exit_code=code)


def redrive(*, group: Group = "", stream: Stream = "", as_json: Json = False) -> None:
    """Have parked streams tried again, by their workers, from the log, in the order of events."""
    from deploy.cli.session import opened
    from deploy.processes.redrive import redrive_parked

    with reporting(as_json=as_json), opened() as session:
        found = redrive_parked(session.databases, group=group, stream=stream)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def _show(found: Mapping[str, Any]) -> None:
    for row in found.get("redriven", ()):
        what = "done" if row["done"] else row["problem"]
        say(f"{row['group']}  {row['stream']}  {row['handled']} events: {what}")
    for row in found["parked"]:
        asked = f"; redrive: {row['redrive']}" if row.get("redrive") else ""
        versions = f"from {row['next']} to {row['seen']}"
        say(f"{row['group']}  {row['stream']}  {versions}: {row['reason']}{asked}")
    if not found["parked"]:
        say("No stream is parked.")
