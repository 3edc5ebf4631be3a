"""What the gateway tells of money going back: claimed for its case first, then recorded there.

Nothing of it is refused for what was ordered: it has happened. Both appends can be repeated; where
the process ends between them, the reaction to the claim does the second one.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response
from msgspec.structs import replace

from services.intake.money.back.returns import PLACE_RETURN, ClaimRefund, KeepRefund, placing_back
from services.intake.money.paying import executed, fen, held_before, placed
from services.intake.room import Desk
from shared.case import case_stream, payment_stream
from shared.casework.log import transaction_of
from shared.eventlog import Command
from shared.http import answer


def take_return(desk: Desk, body: Mapping[str, Any], told: Command) -> Response:
    """Record what became of money on its way back; the answer is that of the commit.

    `told` is the command by which refunds were recorded before their transactions were claimed; a
    refund of that time is answered from its commit. What names no case, or a second one, is kept
    on the transaction's own stream for a person, and answered as recorded.
    """
    case, said = body["case"], _said(body)
    wanted = ClaimRefund(case=case, **said)
    holders = held_before(desk.room.log, told)
    if case in holders:
        before = executed(desk, case_stream(case), told, placing_back(wanted))
        return answer(before, case=case)
    stream = payment_stream(f"{told.actor.ref}/refund/{body['transaction']}")
    opened = desk.room.log.load(case_stream(case)).commits
    if not opened:
        name = f"gateway:unknown:{body['kind']}:{case}"
        kept = replace(told, command_id=name, authority=told.actor.ref)
        return answer(executed(desk, stream, kept, KeepRefund(case=case, **said)), case=case)
    name = f"gateway:claim:{body['kind']}:{case}"
    claim = replace(told, command_id=name, authority=opened[0].body.authority)
    outcome = executed(desk, stream, claim, replace(wanted, held_by=next(iter(holders), "")))
    held = [
        one
        for one in transaction_of(desk.room.log.load(stream)).back
        if (one.fact.case, one.fact.kind) == (case, body["kind"])
    ]
    if not held:
        return answer(outcome, case=case)
    event_id = f"{stream}/{held[0].version}"
    wanted_there = placing_back(held[0].fact)
    recorded = placed(desk, case, told, wanted_there, name=PLACE_RETURN, event_id=event_id)
    return answer(recorded, case=case)


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "transaction": body["transaction"],
        "kind": body["kind"],
        "payment": body["payment"],
        "amount_fen": fen(body["amount"]) if "amount" in body else 0,
        "code": body.get("code", ""),
    }
