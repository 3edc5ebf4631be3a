"""Intake over HTTP: parse, command, answer. No rule lives here.

Personal values go from the request straight into the sealed part of the event; the decision is
told only which of them there are.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response

from services.intake.commands import (
    AttachMaterial,
    ChangeContact,
    ProvideSupplement,
    SubmitCase,
    WithdrawCase,
)
from services.intake.commands import Command as Wish
from services.intake.decisions import decide
from services.intake.room import Intake
from services.intake.schemas import (
    AsOfSchema,
    AttachSchema,
    CaseSchema,
    ContactSchema,
    DoneSchema,
    SubmitSchema,
    SupplementSchema,
    WithdrawalSchema,
)
from services.intake.uploads import materials_of
from services.intake.view import view
from shared.case import Case, case_stream
from shared.case.facts.parts import CHANNELS
from shared.casework.http import folded, loaded_case, on_case
from shared.casework.log import Personal, case_of, drafts
from shared.catalogue import UnknownItem
from shared.eventlog import Sealed
from shared.http import Blueprint, answer, answered, http_command, idempotency_key, principal
from shared.security import case_ids
from shared.vault import subject_stream


def endpoints(intake: Intake) -> Blueprint:
    """The routes of a case; `uploads.py` and `payments.py` have the others."""
    blp = Blueprint("cases", __name__, url_prefix="/v1/cases", description="Applications.")

    @blp.post("")
    @blp.arguments(SubmitSchema)
    @blp.response(201, DoneSchema)
    def submit(body: dict[str, Any]) -> Response:
        """Apply for an item (提交申请). An incomplete application may be submitted."""
        return _submit(intake, body)

    @blp.get("/<case>")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, CaseSchema)
    def show(query: dict[str, Any], case: str) -> Response:
        """The case from its log: current, or as of a version or time."""
        loaded = loaded_case(intake.log, case)
        return answered(view(folded(loaded, query.get("as_of")), intake.rules))

    @blp.post("/<case>/materials")
    @blp.arguments(AttachSchema)
    @blp.response(200, DoneSchema)
    def attach(body: dict[str, Any], case: str) -> Response:
        """Add a material before acceptance."""
        (material,) = materials_of(intake.blobs, [body["material"]], at="/material")
        return _on(intake, case, AttachMaterial(material=material))

    @blp.post("/<case>/supplement")
    @blp.arguments(SupplementSchema)
    @blp.response(200, DoneSchema)
    def supplement(body: dict[str, Any], case: str) -> Response:
        """Answer the one request for what is missing (补正)."""
        materials = materials_of(intake.blobs, body["materials"], at="/materials/{}")
        return _on(intake, case, ProvideSupplement(materials=materials))

    @blp.post("/<case>/withdrawal")
    @blp.arguments(WithdrawalSchema)
    @blp.response(200, DoneSchema)
    def withdraw(body: dict[str, Any], case: str) -> Response:
        """Withdraw the application before a decision (撤回)."""
        return _on(intake, case, WithdrawCase(), body)

    @blp.post("/<case>/contact")
    @blp.arguments(ContactSchema)
    @blp.response(200, DoneSchema)
    def contact(body: dict[str, Any], case: str) -> Response:
        """Change phone, e-mail or delivery address."""
        return _on(intake, case, ChangeContact(sealed=tuple(sorted(body))), body)

    return blp


def _submit(intake: Intake, body: dict[str, Any]) -> Response:
    """Create the case under the id that its request has (a repeat meets its own first commit)."""
    caller, now = principal(), intake.now()
    subject = intake.vault.subject_for(caller.issuer, caller.subject)
    case_id = case_id_of(intake)
    personal = {k: v for k, v in body["applicant"].items() if v is not None}
    if "delivery_address" in body:
        personal["delivery_address"] = body["delivery_address"]
    if body["facts"]:
        personal["answers"] = msgspec.json.encode(body["facts"], order="deterministic").decode()
    # Every case has a key, needed or not: by its owner an erasure finds the person's cases.
    intake.vault.make_case_key(case_id, owner=subject)
    wish = SubmitCase(
        item=body["item"],
        channel=body["channel"],
        delivery=body["delivery"],
        contact=tuple(channel for channel, field in CHANNELS.items() if field in personal),
        materials=materials_of(intake.blobs, body["materials"], at="/materials/{}", owner=subject),
        sealed=tuple(sorted(personal)),
        declared=body["declared"],
        subject=subject,
        portal=caller.portal or "",
        variant=body.get("variant", ""),
        situations=tuple(body["situations"]),
        facts=body["facts"],
        representation=body.get("representation", ""),
        options=tuple(body["options"]),
        counts=body["counts"],
        office=body.get("office", ""),
    )
    command = http_command(
        now=now, applicant_ref=subject, authority=authority_of(intake, wish.item)
    )
    outcome = intake.log.execute(
        case_stream(case_id),
        command,
        lambda loaded: drafts(
            decide(case_of(loaded), wish, intake.rules, now),
            {"intake.CaseSubmitted": _sealed(personal, subject, case_id)},
        ),
        probably_new=True,
    )
    return answer(outcome, case=case_id, status=201, location=f"/v1/cases/{case_id}")


def case_id_of(intake: Intake) -> str:
    """Today's id for this request, or the one of an older secret that it was created under."""
    ids = case_ids(intake.case_id_keys, principal(), idempotency_key())
    for older in ids[1:]:
        if intake.log.load(case_stream(older)).commits:
            return older
    return ids[0]


def authority_of(intake: Intake, item_id: str) -> str:
    """Whose case it is: the department of the item; an unknown item is refused by the decision."""
    try:
        return intake.rules.catalogue.item(item_id).text.department
    except UnknownItem:
        return "unknown"


def _sealed(personal: Mapping[str, str], subject: str, case_id: str) -> dict[str, Sealed]:
    """Each personal value with its key: addresses under the case's, the rest under the person's."""
    keys = {"delivery_address": f"case/{case_id}"}
    person = subject_stream(subject)
    return {name: Sealed(keys.get(name, person), text) for name, text in personal.items()}


# Under which event a command's personal values are sealed.
_SEALED_IN: Mapping[type[Wish], str] = {
    WithdrawCase: "intake.CaseWithdrawn",
    ChangeContact: "intake.ContactChanged",
}


def _on(
    intake: Intake, case_id: str, wish: Wish, personal: Mapping[str, str] | None = None
) -> Response:
    """A command on an existing case of the caller's."""
    now = intake.now()

    def decided(case: Case) -> Any:
        facts = decide(case, wish, intake.rules, now)
        return drafts(facts, _personal(intake, case, wish, personal or {}))

    return on_case(intake.log, case_id, http_command(now=now), decided)


def _personal(intake: Intake, case: Case, wish: Wish, values: Mapping[str, str]) -> Personal:
    if not values:
        return {}
    if "delivery_address" in values:
        intake.vault.make_case_key(case.id, owner=case.subject)
    return {_SEALED_IN[type(wish)]: _sealed(values, case.subject, case.id)}
