"""A payment that the gateway tells: its transaction is claimed first, then its case has the money.

Both appends can be repeated. Where the process ends between them, the reaction to the claim does
the second one, under the same command id (`services.intake.money.claims`).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Response
from msgspec.structs import replace

from services.intake.money.claims import PLACE, ClaimPayment, KeepPayment, placing
from services.intake.money.payments import RecordPayment
from services.intake.room import Desk
from shared.case import case_stream, payment_stream
from shared.casework.log import transaction_of
from shared.casework.topics import CaseCommand
from shared.eventlog import Command, EventLog, Outcome
from shared.eventlog.errors import NotFound, Refused
from shared.http import answer
from shared.messaging.stores.ids import reaction_command_id

CASE = "case/"


class TransactionTaken(Refused):
    """Another case has the money of this transaction; the message is on record for a person."""

    code = "transaction-taken"


def fen(amount: Decimal) -> int:
    """An amount in yuan as whole fen."""
    return int(amount * 100)


def take_payment(desk: Desk, body: Mapping[str, Any], told: Command) -> Response:
    """Record a payment on the case that has its transaction, and answer from the case's commit.

    `told` is the command by which payments were recorded before transactions were claimed. A
    payment of that time is answered from its commit, and keeps its transaction.

    Raises:
        NotFound: there is no such case; the payment is on record for a person.
        TransactionTaken: another case has it; the message is on record for a person.
    """
    case, money = body["case"], _money(body)
    holders = held_before(desk.room.log, told)
    if case in holders:
        return answer(executed(desk, case_stream(case), told, RecordPayment(**money)), case=case)
    stream = payment_stream(f"{told.actor.ref}/{body['transaction']}")
    opened = desk.room.log.load(case_stream(case)).commits
    if not opened:
        kept = replace(told, command_id=f"gateway:unknown:{case}", authority=told.actor.ref)
        executed(desk, stream, kept, KeepPayment(case=case, **money))
        raise NotFound("There is no such case.")
    claim = replace(told, command_id=f"gateway:claim:{case}", authority=opened[0].body.authority)
    wanted = ClaimPayment(case=case, **money, held_by=next(iter(holders), ""))
    executed(desk, stream, claim, wanted)
    held = transaction_of(desk.room.log.load(stream)).claim
    if held is None or held.fact.case != case:
        raise TransactionTaken("Another case has this transaction; a person looks at it.")
    event_id = f"{stream}/{held.version}"
    recorded = placed(desk, case, told, placing(held.fact), name=PLACE, event_id=event_id)
    return answer(recorded, case=case)


def placed(
    desk: Desk, case: str, told: Command, wanted: CaseCommand, *, name: str, event_id: str
) -> Outcome:
    """What was claimed, on its case: as the reaction `name` to the claim would record it.

    The claim was compared with the body of the callback; the reaction's command has none.
    """
    command = replace(
        told,
        command_id=reaction_command_id(name, event_id),
        causation=event_id,
        request_mac=None,
        older_request_macs=(),
    )
    return executed(desk, case_stream(case), command, wanted)


def held_before(log: EventLog, told: Command) -> tuple[str, ...]:
    """The cases that had this transaction before transactions were claimed."""
    streams = log.streams_of(told.command_id)
    return tuple(one.removeprefix(CASE) for one in streams if one.startswith(CASE))


def executed(desk: Desk, stream: str, command: Command, wanted: CaseCommand) -> Outcome:
    """Decide on a stream and append."""

    def decide(loaded: Any) -> Any:
        return desk.topics.decided(loaded, wanted, desk.room.rules, command.now)

    return desk.room.log.execute(stream, command, decide)


def _money(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "transaction": body["transaction"],
        "amount_fen": fen(body["amount"]),
        "method": body["method"],
    }
