"""A sequencer's status document, written each second: web processes need no Kafka client."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.database import Database

from shared.relay.process.lane import Lane
from shared.relay.publish.outlet import Outlet

Document = dict[str, Any]
_HELD_SHOWN = 100


def status_document(
    name: str,
    lanes: Mapping[int, Lane],
    *,
    at: datetime,
    outlet: Outlet,
    reachable: bool,
    stopped: bool,
) -> Document:
    """`beat/<process>`: the time, whether Kafka answers ("ok" or "away"), and each lane held.

    A process without lanes has no producer: it only knows whether Kafka accepts connections.
    """
    kafka = "ok" if reachable and (not lanes or outlet.state == "ready") else "away"
    return {
        "_id": f"beat/{name}",
        "at": at,
        "kafka": kafka,
        "kafka_problem": outlet.problem,
        "stopped": stopped,
        "lanes": [_lane(lane) for _, lane in sorted(lanes.items())],
    }


def _lane(lane: Lane) -> Document:
    publisher, assigner = lane.publisher, lane.assigner
    return {
        "lane": lane.number,
        "epoch": lane.epoch,
        "head": assigner.head,
        "mark": publisher.mark,
        "state": publisher.state,
        "problem": publisher.problem,
        "under_way": publisher.under_way,
        "waiting": assigner.waiting,
        "rounds": lane.rounds,
        "held_streams": len(assigner.held),
        "held": [
            {"stream": held.stream, "first_version": held.first_version, "why": held.why}
            for held in list(assigner.held.values())[:_HELD_SHOWN]
        ],
    }


def write_status(log: Database[Document], document: Document) -> None:
    """Store the document in `lanes` under its own id."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    log["lanes"].update_one({"_id": document["_id"]}, {"$set": fields}, upsert=True)
