"""Issuance over HTTP: parse, command, answer. No rule lives here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from services.issuance.commands import (
    Command,
    DestroyDocument,
    DispatchDocument,
    RecordHandover,
    RecordPayout,
    RecordProduction,
    RecordReady,
    RecordResult,
    RecordReturn,
    RegisterUnclaimed,
)
from services.issuance.decisions import decide
from services.issuance.numbers import Numbers
from services.issuance.papers import document_at, papers_of, verified
from services.issuance.refusals import can_dispatch, possible
from services.issuance.schemas import (
    Destruction,
    Dispatch,
    Done,
    Handover,
    Issuance,
    Payout,
    Production,
    Readiness,
    Record,
    Unclaimed,
    Verification,
)
from shared.case import Case, Mark, RulesSource, case_stream, status
from shared.case.issuance.handover import DocumentDispatched
from shared.case.next.position import destroy_after
from shared.casework.log import Personal, case_of, drafts
from shared.clock import local_day
from shared.eventlog import EventLog, Loaded, Sealed
from shared.http import (
    Blueprint,
    Problem,
    actor,
    answer,
    answered,
    ensure_visible,
    http_command,
    not_found,
    principal,
)
from shared.security import Role
from shared.vault import Vault

Body = dict[str, Any]
WHY_ADDRESS = "delivery label"


class Desk:
    """The producer's desk: loads a case the caller may meet, commands it, shows it."""

    def __init__(
        self,
        log: EventLog,
        vault: Vault,
        numbers: Numbers,
        rules: RulesSource,
        now: Callable[[], datetime],
    ) -> None:
        self._log = log
        self._vault = vault
        self._numbers = numbers
        self._rules = rules
        self._now = now

    def visible(self, case_id: str) -> Loaded:
        """The case's stream; 404 where there is none that the caller may meet."""
        loaded = self._log.load(case_stream(case_id))
        case = case_of(loaded)
        if not case.exists:
            raise not_found()
        ensure_visible(owner_ref=case.subject, department=case.department)
        return loaded

    def command(self, case_id: str, wanted: Command, personal: Personal | None = None) -> Response:
        """Decide and append once; the answer is built from the commit."""
        loaded = self.visible(case_id)
        now = self._now()
        outcome = self._log.execute(
            loaded.stream,
            http_command(now=now),
            lambda found: drafts(
                decide(case_of(found), wanted, self._rules.present, now), personal
            ),
        )
        return answer(outcome, case=case_id)

    def show(self, case_id: str) -> Body:
        """The case as the producer needs it; the address only to whoever may use it now."""
        loaded = self.visible(case_id)
        case = case_of(loaded)
        return {
            "case": case_id,
            "version": case.version,
            "status": status(case),
            "delivery": case.delivery,
            "document": _document(case),
            "documents": papers_of(case, self._numbers, self._log),
            "actions": list(possible(case)),
            "delivery_address": self._address(loaded, case),
        }

    def verify(self, document_id: str) -> Body:
        """Whether a document was issued and counts; the same answer for any that was not."""
        document, case = document_at(self._log, document_id), Case()
        if document.numbered is not None:
            case = case_of(self._log.load(case_stream(document.numbered.case)))
        return verified(document, case, local_day(self._now()))

    def _address(self, loaded: Loaded, case: Case) -> str | None:
        """Read for the label alone, by the producer, and recorded (R-159)."""
        version = case.sealed_in.get("delivery_address")
        if version is None or not principal().has(Role.PRODUCER) or not can_dispatch(case):
            return None
        commit = next(c for c in loaded if c.first_version <= version <= c.last_version)
        return self._vault.reveal(
            commit, version, "delivery_address", reader=actor(), why=WHY_ADDRESS
        )


def _document(case: Case) -> Body | None:
    document = case.document
    if document is None:
        return None
    day = destroy_after(case) if document.unclaimed else None
    return {
        "document": document.id,
        "number": f"{document.scheme}/{document.number}",
        "attempt": document.attempt,
        "ordered_at": _at(document.ordered),
        "produced_at": _at(document.produced),
        "dispatched_at": _at(document.dispatched),
        "returned_at": _at(document.returned),
        "handed_over_at": _at(document.handed_over),
        "unclaimed_at": _at(document.unclaimed),
        "destroy_after": None if day is None else day.isoformat(),
        "destroyed_at": _at(document.destroyed),
    }


def _at(mark: Mark | None) -> str | None:
    return None if mark is None else mark.at.isoformat().replace("+00:00", "Z")


def _staff() -> str:
    """Who acts, by the staff id of the token."""
    staff = principal().staff_id
    if staff is None:
        raise Problem("forbidden", "The token names no staff id.")
    return staff


def _production(body: Body) -> Command:
    return RecordProduction(failure=body.get("failure"))


def _handover(body: Body) -> Command:
    if body["outcome"] == "returned":
        return RecordReturn(code=body["code"])
    return RecordHandover(to=body["to"])


def _dispatch(case_id: str, body: Body) -> tuple[Command, Personal]:
    tracking = Sealed(key_ref=f"case/{case_id}", plaintext=body["tracking"])
    sealed = {DocumentDispatched.TYPE: {"tracking": tracking}}
    return DispatchDocument(carrier=body["carrier"]), sealed


def endpoints(desk: Desk) -> tuple[Blueprint, ...]:
    """The routes of issuance; their permissions stand in `shared.security.permissions`."""
    return (_producer_routes(desk), _public_routes(desk))


def _producer_routes(desk: Desk) -> Blueprint:
    blp = Blueprint("issuance", "issuance", url_prefix="/v1/issuance", description="The producer.")

    @blp.get("/<case>")
    @blp.response(200, Issuance)
    def show(case: str) -> Response:
        """The case at the producer's desk, with what can be done now."""
        return answered(desk.show(case))

    @blp.post("/<case>/production")
    @blp.arguments(Production)
    @blp.response(200, Done)
    def production(body: Body, case: str) -> Response:
        """Record that the document is made, or that it failed and is to be made again."""
        return desk.command(case, _production(body))

    @blp.post("/<case>/dispatch")
    @blp.arguments(Dispatch)
    @blp.response(200, Done)
    def dispatch(body: Body, case: str) -> Response:
        """Record that the document was given to the carrier."""
        return desk.command(case, *_dispatch(case, body))

    @blp.post("/<case>/readiness")
    @blp.arguments(Readiness)
    @blp.response(200, Done)
    def readiness(body: Body, case: str) -> Response:
        """Record that the document lies ready to be collected."""
        return desk.command(case, RecordReady(office=body["office"]))

    @blp.post("/<case>/record")
    @blp.arguments(Record)
    @blp.response(200, Done)
    def record(body: Body, case: str) -> Response:
        """Write down what a stage after the decision brought: a register entry, an old document."""
        return desk.command(case, RecordResult(officer=_staff(), **body))

    @blp.post("/<case>/payout")
    @blp.arguments(Payout)
    @blp.response(200, Done)
    def payout(body: Body, case: str) -> Response:
        """Record that the scheduled money moved, or that it did not."""
        return desk.command(case, RecordPayout(officer=_staff(), failure=body.get("failure")))

    @blp.post("/<case>/unclaimed")
    @blp.arguments(Unclaimed)
    @blp.response(200, Done)
    def unclaimed(body: Body, case: str) -> Response:
        """Register that nobody collected the document, and where it is kept."""
        return desk.command(case, RegisterUnclaimed(office=body["office"], officer=_staff()))

    @blp.post("/<case>/destruction")
    @blp.arguments(Destruction)
    @blp.response(200, Done)
    def destruction(body: Body, case: str) -> Response:
        """Record that a registered document was destroyed, a year after its validity."""
        del body
        return desk.command(case, DestroyDocument(officer=_staff()))

    @blp.post("/<case>/handover")
    @blp.arguments(Handover)
    @blp.response(200, Done)
    def handover(body: Body, case: str) -> Response:
        """Record that the document was delivered, or came back."""
        return desk.command(case, _handover(body))

    return blp


def _public_routes(desk: Desk) -> Blueprint:
    blp = Blueprint("documents", "documents", url_prefix="/v1/documents", description="Anybody.")

    @blp.get("/<document>/verification")
    @blp.response(200, Verification)
    def verification(document: str) -> Response:
        """Say whether a document is valid, of which kind, and until when. Nothing personal."""
        return answered(desk.verify(document))

    return blp
