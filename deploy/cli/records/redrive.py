"""Redriving parked streams from the command line: each is asked for, and its worker does it."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from deploy.topology import PROCESSES, READ_MODELS, view_of
from shared.config import Databases
from shared.messaging.stores.parking import Parked, Parking
from shared.messaging.stores.redrives import ASKED, ENDED, RedriveRequest, RedriveRequests
from shared.messaging.worker.redrive import Redriven
from shared.projection.generations import Generations

PATIENCE_S = 30.0
POLL_S = 0.25
ANEW = "it was asked for again meanwhile"


def redrive_parked(
    databases: Databases,
    *,
    group: str,
    stream: str,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Redrive every parked stream, or those of one group, or one stream.

    Waits for the workers as long as one of the requests gets on within half a minute. What is
    parked for a generation of a read model that a rebuild has replaced is parked for nobody: its
    row goes. `ok` when none of those streams is parked any more; `parked` are the rows that stay.
    """
    parking, requests = Parking(databases.work), RedriveRequests(databases.work)
    gone = [row for row in _wanted(parking, group, stream) if _is_replaced(databases, row.group)]
    gone = [
        row for row in gone if parking.remove(row.group, row.stream, began=row.next, did=row.seen)
    ]
    rows = _wanted(parking, group, stream)
    open_ = {one.number: one for one in (requests.ask(row.group, row.stream) for row in rows)}
    ended: list[RedriveRequest] = []
    until = clock() + PATIENCE_S
    while open_ and clock() < until:
        for asked in list(open_.values()):
            now = requests.get(asked.group, asked.stream)
            if now is None or now.number != asked.number:  # somebody else has asked again
                now = RedriveRequest(asked.number, asked.group, asked.stream, ENDED, problem=ANEW)
            if now.state != asked.state:
                open_[asked.number], until = now, clock() + PATIENCE_S
            if now.state == ENDED:
                ended.append(open_.pop(asked.number))
        if open_:
            pause(POLL_S)
    told = [asdict(Redriven(row.group, row.stream, 0, done=True)) for row in gone]
    told += [_outcome(one) for one in (*ended, *open_.values())]
    stay = [asdict(row) for row in _wanted(parking, group, stream)]
    return {"ok": not stay, "redriven": told, "parked": stay}


def parked_rows(databases: Databases, *, group: str) -> list[dict[str, Any]]:
    """Every parked stream, or those of one group, and under `redrive` how far a request has got.

    That is `asked`, `taken`, the problem that the last redrive ended with, or None.
    """
    requests = RedriveRequests(databases.work)
    found = []
    for row in Parking(databases.work).all(group or None):
        last = requests.get(row.group, row.stream)
        got = None if last is None else last.problem if last.state == ENDED else last.state
        found.append({**asdict(row), "redrive": got})
    return found


def _wanted(parking: Parking, group: str, stream: str) -> list[Parked]:
    return [row for row in parking.all(group or None) if not stream or row.stream == stream]


def _is_replaced(databases: Databases, group: str) -> bool:
    """Whether the group was of a generation of a read model that is live no more."""
    name, _, number = group.partition(".")
    if name not in READ_MODELS or not number.isdecimal():
        return False
    return int(number) < Generations(view_of(name), databases.views).live()


def _outcome(request: RedriveRequest) -> dict[str, Any]:
    problem = request.problem
    if request.state != ENDED:
        problem = _waits(request)
    done = problem is None
    return asdict(Redriven(request.group, request.stream, request.handled, done, problem))


def _waits(request: RedriveRequest) -> str:
    """Why there is no outcome, and what the operator does now."""
    if request.state == ASKED:
        process = process_of(request.group) or "the process of this group"
        return (
            f"not taken up within {PATIENCE_S:.0f} s: is {process} running? The request stays, and "
            f"{process} carries it out when it runs"
        )
    return (
        f"{request.holder} took it up and has not ended within {PATIENCE_S:.0f} s: look at "
        "`caseledger parked list` again, and ask again if that process was started anew"
    )


def process_of(group: str) -> str:
    """The name of the process that has this consumer group; empty for one that nobody has.

    All of them where any may have it: one follows the timers of all services.
    """
    generic = group.rpartition(".")[0] + ".<n>"
    found = [one.name for one in PROCESSES if group in one.groups or generic in one.groups]
    return " or ".join(found)
