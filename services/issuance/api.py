"""Issuance over HTTP: which topics have routes. No rule lives here."""

from collections.abc import Callable

from flask import Response

from services.issuance import handover, papers, payout, production, record, unclaimed
from services.issuance.room import Issuance
from services.issuance.topics import ISSUANCE
from services.issuance.view import IssuanceSchema, view
from shared.case import Case
from shared.casework.desk import at_desk
from shared.casework.http import loaded_case
from shared.casework.log import Personal
from shared.casework.topics import CaseCommand
from shared.http import Blueprint, answered

TOPICS = (production, handover, unclaimed, record, payout)


def endpoints(room: Issuance) -> tuple[Blueprint, ...]:
    """The routes of issuance; their permissions stand in `shared.security.permissions`."""
    producer = Blueprint(
        "issuance", "issuance", url_prefix="/v1/issuance", description="The producer."
    )

    @producer.get("/<case>")
    @producer.response(200, IssuanceSchema)
    def show(case: str) -> Response:
        """The case at the producer's desk, with what can be done now."""
        return answered(view(loaded_case(room.log, case), room))

    def desk(
        case: str,
        command: CaseCommand,
        personal: Callable[[Case], Personal] | None = None,
        /,
    ) -> Response:
        return at_desk(ISSUANCE, room, case, command, personal=personal)

    for topic in TOPICS:
        topic.routes(producer, desk)

    anybody = Blueprint(
        "documents", "documents", url_prefix="/v1/documents", description="Anybody."
    )
    papers.routes(anybody, room)
    return (producer, anybody)
