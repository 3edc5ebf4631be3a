"""`caseledger relay status`: how far each lane came from the log to Kafka."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deploy.cli.output import FINDINGS, FINE, Json, answer, reporting, say

if TYPE_CHECKING:
    from deploy.cli.session import Session

SILENT_S = 15.0


def status(*, as_json: Json = False) -> None:
    """Show head, mark and lease of each lane; 1 when a lane has no holder or is in trouble."""
    from deploy.cli.session import opened

    with reporting(as_json=as_json), opened() as session:
        found = relayed(session)
        code = FINE if found["ok"] else FINDINGS
        answer(found, as_json=as_json, show=_show, exit_code=code)


def relayed(session: "Session") -> dict[str, Any]:
    """What the sequencers say of themselves, and which lanes nobody speaks of."""
    lanes = session.databases.log["lanes"]
    beats = list(lanes.find({"_id": {"$regex": "^beat/"}}))
    now = datetime.now(UTC)
    findings, rows, processes = [], {}, []
    for beat in beats:
        silent = beat.get("stopped", False) or (now - beat["at"]).total_seconds() > SILENT_S
        name = beat["_id"].removeprefix("beat/")
        processes.append({"name": name, "silent": silent, "kafka": beat["kafka"]})
        if silent:
            continue
        if beat["kafka"] == "refused":
            findings.append(f"{name}: {beat['kafka_problem']}")
        elif beat["kafka"] != "ok":
            findings.append(f"{name}: Kafka is away: {beat.get('kafka_problem') or 'no answer'}")
        for lane in beat["lanes"]:
            rows[lane["lane"]] = {**lane, "by": name}
            if lane["problem"]:
                findings.append(f"lane {lane['lane']}: {lane['problem']}")
            findings += [
                f"lane {lane['lane']}: {held['stream']} is held: {held['why']}"
                for held in lane["held"]
            ]
    missing = sorted(set(range(session.settings.lanes)) - set(rows))
    findings += [f"lane {lane}: no sequencer holds it" for lane in missing]
    found = [rows[lane] for lane in sorted(rows)]
    return {"ok": not findings, "lanes": found, "sequencers": processes, "findings": findings}


def _show(found: Mapping[str, Any]) -> None:
    for lane in found["lanes"]:
        behind = lane["head"] - lane["mark"]
        say(
            f"lane {lane['lane']}  {lane['state']:<10} head {lane['head']}  "
            f"published {lane['mark']} ({behind} behind)  epoch {lane['epoch']}  by {lane['by']}"
        )
    for finding in found["findings"]:
        say(f"WRONG  {finding}")
