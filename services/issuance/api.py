"""Issuance over HTTP: the producer's desk, documents, the routes of the topics. No rule here."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Response

from services.issuance.documents import papers
from services.issuance.papers import giving, verification
from services.issuance.papers.limiting import WrongCodes
from services.issuance.room import Desk, Issuance
from services.issuance.topics import ISSUANCE
from services.issuance.view import IssuanceSchema, view
from shared.case import Case
from shared.casework.desk import document_at_desk
from shared.casework.http import loaded_case
from shared.casework.log import case_of
from shared.casework.offers import offered, offered_on_document
from shared.casework.reading.routes import application_route
from shared.casework.topics import CaseCommand
from shared.http import Blueprint, answered


def endpoints(room: Issuance) -> tuple[Blueprint, ...]:
    """The routes of issuance; their permissions stand in `shared.security.permissions`."""
    producer = Blueprint(
        "issuance", "issuance", url_prefix="/v1/issuance", description="The producer."
    )

    @producer.get("/<case>")
    @producer.response(200, IssuanceSchema)
    def show(case: str) -> Response:
        """The case at the producer's desk, with what can be done now."""
        loaded = loaded_case(room.log, case)
        found = case_of(loaded)
        actions = offered(ISSUANCE, found, room.rules, room.now())
        on_document = partial(offered_on_document, ISSUANCE, case=found)
        return answered({**view(found, loaded, room, on_document), "actions": actions})

    application_route(producer, room)
    giving.case_routes(producer, room)

    def document_desk(
        document: str,
        command: CaseCommand | Callable[[Case], CaseCommand],
        body: Mapping[str, Any] | None = None,
        /,
    ) -> Response:
        return document_at_desk(ISSUANCE, room, document, command, body=body)

    ISSUANCE.add_routes(producer, Desk(room, ISSUANCE))

    anybody = Blueprint(
        "documents", "documents", url_prefix="/v1/documents", description="Anybody."
    )
    papers.routes(anybody, room)
    ISSUANCE.add_document_routes(anybody, document_desk)
    files = Blueprint("papers", "papers", url_prefix="/v1/papers", description="Papers.")
    giving.routes(files, room)
    check = Blueprint("verification", "verification", description="Anybody checks a paper.")
    verification.routes(check, room, WrongCodes(time.monotonic))
    return (producer, anybody, files, check)
