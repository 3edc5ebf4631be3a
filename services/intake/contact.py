"""How the applicant is reached: phone, e-mail, the address of a delivery."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.fields import email_field, phone_field
from services.intake.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.facts.parts import CHANNELS
from shared.case.intake.contact import ContactChanged
from shared.casework.log import Personal
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow
from shared.eventlog import Sealed
from shared.http import Blueprint, Schema, Text
from shared.values.reach import takes_no_texts
from shared.vault import subject_stream


class ChangeContact(CaseCommand, frozen=True, kw_only=True):
    """Change how the applicant is reached: `sealed` names what is changed.

    `textless`: the new phone receives no text messages.
    """

    sealed: tuple[str, ...]
    textless: bool = False


class ContactMissing(Instead):
    """Nobody could tell the applicant anything, or deliver the result."""

    code = "contact-missing"


class PhoneTakesNoTexts(Instead):
    """The only contact would be a phone that receives no text messages."""

    code = "phone-takes-no-texts"
    EN = "The only contact is a telephone that receives no text messages: give a mobile or e-mail."
    ZH = "唯一的联系方式是不能接收短信的电话，请填写手机号码或者电子邮箱。"


def applied_by_telephone(case: Case) -> bool:
    """Whether the application was made by telephone: whoever did so is called back."""
    return case.submission is not None and case.submission.fact.channel == "phone"


def can_change_contact(case: Case) -> bool:
    """As long as the applicant may still have to be reached."""
    return case.open


def can_change_address(case: Case) -> bool:
    """Until the document is on its way to the old address."""
    return case.open and not (case.document and case.document.dispatched)


def change_contact(case: Case, cmd: ChangeContact, _rules: Rules, _now: datetime) -> list[Fact]:
    """Change phone, e-mail or address; the values themselves are sealed beside the event."""
    must_allow(case, can_change_contact, "The case is closed.")
    if not cmd.sealed:
        raise ContactMissing("Say what changes: phone, e-mail or address.")
    if "delivery_address" in cmd.sealed:
        must_allow(case, can_change_address, "The document is on its way already.")
    contact = tuple(
        channel
        for channel, field in CHANNELS.items()
        if channel in case.contact or field in cmd.sealed
    )
    if cmd.textless and "email" not in contact and not applied_by_telephone(case):
        raise PhoneTakesNoTexts(PhoneTakesNoTexts.EN, detail_zh=PhoneTakesNoTexts.ZH)
    return [ContactChanged(contact=contact, sealed=tuple(sorted(cmd.sealed)))]


class ContactSchema(Schema):
    """What changes."""

    phone = phone_field()
    email = email_field()
    delivery_address = Text(max_length=300)

    @ma.validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """A change of nothing is a mistake."""
        if not data:
            raise ma.ValidationError("name what changes: phone, email or delivery_address")


def sealed(values: Mapping[str, str], *, subject: str, case: str) -> dict[str, Sealed]:
    """Each personal value with its key: addresses under the case's, the rest under the person's."""
    keys = {"delivery_address": f"case/{case}"}
    person = subject_stream(subject)
    return {name: Sealed(keys.get(name, person), text) for name, text in values.items()}


def routes(blp: Blueprint, desk: Desk) -> None:
    """Change how the applicant is reached."""

    @blp.post("/<case>/contact")
    @blp.arguments(ContactSchema)
    @blp.response(200, DoneSchema)
    def contact(body: dict[str, Any], case: str) -> Response:
        """Change phone, e-mail or delivery address."""

        def personal(found: Case) -> Personal:
            if "delivery_address" in body:
                desk.room.vault.make_case_key(found.id, owner=found.subject)
            return {ContactChanged.TYPE: sealed(body, subject=found.subject, case=found.id)}

        textless = takes_no_texts(body.get("phone", ""))
        change = ChangeContact(sealed=tuple(sorted(body)), textless=textless)
        return desk(case, change, personal=personal)


TOPIC = Topic(
    decisions={ChangeContact: change_contact},
    actions={"contact": can_change_contact},
)
