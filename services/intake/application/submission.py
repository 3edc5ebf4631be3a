"""Taking an application in, complete or not.

R-036, R-040, R-132; R-028, R-029 for what an authority, another department's data or an outside
system begins.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

from flask import Response

from services.intake.application.application import Application, SubmitCase, submission_of
from services.intake.application.beginning import authority_of, begin, case_id_of, number_of
from services.intake.application.checking import (
    answered_for,
    begun_faults,
    faults,
    outcomes,
)
from services.intake.application.faults import Fault
from services.intake.application.offices import OfficeUnknown
from services.intake.application.parties.applicant import (
    MOST_MEMBERS,
    THIRD_PERSONS,
    ApplicantSchema,
    acting_as,
    parties_of,
    party_key,
    personal_of,
    sealed_parts,
    unborn,
)
from services.intake.application.parties.online import (
    GUIDE_NEEDED,
    IDENTITY_NEEDED,
    applying_online,
)
from services.intake.application.parties.persons import PersonSchema, is_a_child, is_of_age
from services.intake.application.parties.vouched import differing, not_spoken_for, vouched_for
from services.intake.application.questions.reading import kept_answers
from services.intake.application.repeated import MOST_TOLD, applicant_by_token
from services.intake.contact import ContactMissing, PhoneTakesNoTexts
from services.intake.fields import (
    CODE,
    MOST_CHOICES,
    MOST_MATERIALS,
    Counts,
    Facts,
)
from services.intake.files.uploads import MaterialSchema, materials_of
from services.intake.materials import MaterialUnknown
from services.intake.room import Desk, Intake
from shared.case import Case, Fact, Rules, fold
from shared.case.facts.parts import Checked, Delivery
from shared.case.intake.fee import FeeAssessed
from shared.case.intake.submission import CaseSubmitted
from shared.casework.log import Personal
from shared.casework.orders import PaymentOrderSchema, order_shown
from shared.casework.schemas import DoneSchema
from shared.casework.topics import NotPossibleNow, Topic
from shared.catalogue import Item, ItemText, UnknownItem
from shared.catalogue.definition.words import Channel as ItemChannel
from shared.clock import local_day
from shared.eventlog import Commit
from shared.eventlog.errors import Refused
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Items,
    Nested,
    Problem,
    Schema,
    Str,
    Text,
    http_command,
    principal,
)
from shared.values.reach import takes_no_texts


class ItemNotOffered(Refused):
    """The item does not exist here, or cannot be applied for."""

    code = "item-not-offered"


def not_offered(text: ItemText) -> ItemNotOffered:
    """Why an item cannot be applied for, in both languages."""
    return ItemNotOffered(
        text.not_offered_because or "This item is not offered.",
        detail_zh=text.not_offered_because_zh or "该事项不受理申请。",
    )


class ChannelNotOffered(Refused):
    """The item is not handled over this channel, or delivered that way."""

    code = "channel-not-offered"


class DeclarationMissing(Refused):
    """The applicant did not confirm the data (R-040)."""

    code = "declaration-missing"


class GuideChanged(Refused):
    """The guide that was agreed to is not the present one (R-015)."""

    code = "guide-changed"


class IdentityNeeded(Refused):
    """The item takes real-name accounts alone, and this one vouches for nobody (R-014)."""

    code = IDENTITY_NEEDED


class GuideNeeded(Refused):
    """The item's guide has to be agreed to, and the application names none (R-015)."""

    code = GUIDE_NEEDED


class ApplicationFaulty(Refused):
    """Things are wrong with the application: `faults` names every one of them, at once."""

    code = "application-faulty"


# The refusal for an application with one fault alone, by the fault's code.
SINGLE: Mapping[str, type[Refused]] = MappingProxyType(
    {
        "channel-not-offered": ChannelNotOffered,
        "delivery-not-offered": ChannelNotOffered,
        "declaration-missing": DeclarationMissing,
        "guide-changed": GuideChanged,
        GUIDE_NEEDED: GuideNeeded,
        IDENTITY_NEEDED: IdentityNeeded,
        "contact-missing": ContactMissing,
        "phone-takes-no-texts": PhoneTakesNoTexts,
        "material-unknown": MaterialUnknown,
        "unknown-office": OfficeUnknown,
    }
)


def submit(case: Case, cmd: SubmitCase, rules: Rules, now: datetime) -> list[Fact]:
    """Take an application in, complete or not, and assess its fee. R-036, R-040, R-132."""
    if case.exists:
        raise NotPossibleNow("The case is submitted already.")
    item = _offered(cmd, rules)
    _must_be_begun_by(item, cmd)
    application = Application(item, cmd)
    _must_be_faultless(
        faults(application, rules, now)
        if cmd.initiated_by == "applicant"
        else begun_faults(application)
    )
    return [_submitted(application, rules, now), _assess(application, rules, now)]


# What the event says in the words of the command.
_SAME = tuple(sorted({*SubmitCase.__struct_fields__} & {*CaseSubmitted.__struct_fields__}))


def _submitted(application: Application, rules: Rules, now: datetime) -> CaseSubmitted:
    """What was applied for: choices in the order of their codes, answers as checked alone."""
    item, said = application.item, application.said
    return CaseSubmitted(
        **{
            **{name: getattr(said, name) for name in _SAME},
            "item": item.id,
            "sealed": tuple(sorted(said.sealed)),
            "situations": tuple(sorted(said.situations)),
            "options": tuple(sorted(said.options)),
            "counts": dict(sorted(said.counts.items())),
        },
        pin=rules.pin_of(item),
        department=item.text.department,
        checks=tuple(
            Checked(check=code, passed=passed) for code, passed in outcomes(application, now)
        ),
        stages=rules.stages(item, application.choices, said.delivery),
        called_for=answered_for(application),
    )


def _offered(cmd: SubmitCase, rules: Rules) -> Item:
    try:
        item = rules.catalogue.item(cmd.item)
    except UnknownItem:
        raise ItemNotOffered(f"There is no item {cmd.item}.") from None
    if not item.text.offered:
        raise not_offered(item.text)
    return item


def _must_be_begun_by(item: Item, cmd: SubmitCase) -> None:
    """An item is begun by the one it names: nobody applies for what an authority does by itself."""
    if item.text.initiated_by != cmd.initiated_by:
        raise ItemNotOffered(
            f"This item is begun by: {item.text.initiated_by}.",
            initiated_by=item.text.initiated_by,
        )


def _must_be_faultless(wrong: tuple[Fault, ...]) -> None:
    """Everything that is wrong is said in one answer."""
    if len(wrong) == 1:
        only = wrong[0]
        refused = SINGLE.get(only.code, ApplicationFaulty)
        raise refused(only.said.en, faults=_told(wrong), detail_zh=only.said.zh)
    if wrong:
        sentence = f"{len(wrong)} things are wrong with this application."
        raise ApplicationFaulty(sentence, faults=_told(wrong))


def _told(wrong: tuple[Fault, ...]) -> list[dict[str, object]]:
    return [one.told for one in wrong]


def _assess(application: Application, rules: Rules, now: datetime) -> FeeAssessed:
    """Nothing is charged that is not prescribed: an unknown fee is no fee (R-132)."""
    item = application.item
    fee, told = item.text.fee, application.charge
    if application.said.initiated_by != "applicant" or not told.amount_fen:
        return FeeAssessed(amount_fen=0, basis=fee.basis, pay_by=None)
    due = rules.applicant_has(item, n=fee.pay_within_days, unit="calendar_days", start=now)
    return FeeAssessed(
        amount_fen=told.amount_fen,
        basis=fee.basis,
        pay_by=due.due_at,
        refund_on=fee.refund_on,
        lines=() if fee.amount_fen else tuple(one.line.code for one in told.lines),
    )


class GuideAgreedSchema(Schema):
    """The guide that the applicant read and agreed to, as `GET /v1/items/{item}` names it."""

    version = Str(required=True, max_length=32, pattern=r"[0-9A-Za-z.-]+")
    content_hash = Str(required=True, max_length=64, min_length=64, pattern=r"[0-9a-f]{64}")


class SubmitSchema(Schema):
    """An application; complete or not.

    `guide`: the one that was agreed to. Where the item's form requires it (`online.agreement`), an
    application without it is refused: `guide-needed`. Where the form's `online.account` is set, the
    token must vouch for a name and a number (the claims `identity` and `name`): `identity-needed`.
    """

    item = Str(required=True, max_length=16, pattern=r"[0-9]{3}-[0-9A-Z]{1,4}")
    channel = Choice(*get_args(ItemChannel), load_default="online")
    delivery = Choice(*get_args(Delivery), required=True)
    delivery_address = Text(max_length=300)
    applicant = Nested(ApplicantSchema, required=True)
    representative = Nested(PersonSchema)
    members = Items(Nested(PersonSchema), most=MOST_MEMBERS)
    materials = Items(Nested(MaterialSchema), most=MOST_MATERIALS, load_default=list)
    declared = Bool(required=True)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    facts = Facts(load_default=dict)
    representation = Str(max_length=64, pattern=CODE)
    options = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    counts = Counts(load_default=dict)
    office = Str(max_length=64, pattern=CODE)
    guide = Nested(GuideAgreedSchema)


class AlsoOpenSchema(Schema):
    """Another open application of the same applicant for the same item."""

    case = Str()
    number = Str(allow_none=True)


class SubmittedSchema(DoneSchema):
    """The answer to an application: the receipt of every command, and what is to be paid.

    `also_open`: the same applicant's other open applications for the item.
    """

    order = Nested(PaymentOrderSchema, allow_none=True)
    also_open = Items(Nested(AlsoOpenSchema), most=MOST_TOLD)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Apply for an item."""

    @blp.post("")
    @blp.arguments(SubmitSchema)
    @blp.response(201, SubmittedSchema)
    def submit(body: dict[str, Any]) -> Response:
        """Apply for an item (提交申请). An incomplete application may be submitted."""
        return _submit(desk, body)


def _submit(desk: Desk, body: dict[str, Any]) -> Response:
    """Create the case under the id that its request has (a repeat meets its own first commit)."""
    room = desk.room
    caller, now = principal(), room.now()
    subject = room.vault.subject_for(caller.issuer, caller.subject)
    case_id = case_id_of(room)
    _must_speak_for(body["applicant"])
    submission, sealing = prepared(
        room,
        body,
        case_id=case_id,
        subject=subject,
        now=now,
        differs=differing(body, vouched_for(caller)),
        online=applying_online(caller),
    )
    authority = authority_of(room, submission.item)
    command = http_command(now=now, applicant_ref=subject, authority=authority)
    others = applicant_by_token()
    return begin(
        desk,
        case_id,
        submission,
        command,
        now=now,
        personal=sealing,
        more=lambda commit: told_beside(room, case_id, submission.item, commit, **others),
    )


def prepared(
    room: Intake,
    body: dict[str, Any],
    *,
    case_id: str,
    subject: str,
    now: datetime,
    **beside: Any,
) -> tuple[SubmitCase, Personal]:
    """The command of an application with its personal values; the keys to seal them are begun.

    `subject`: whose application it is. `beside`: what the body does not say.

    Raises:
        Problem: 422 for a number of somebody unborn, or an upload that is not the subject's.
    """
    today = local_day(now)
    _must_be_born(unborn(body, today))
    text = text_of(room, body["item"])
    if text is not None:
        body = {**body, "facts": kept_answers(text, body["facts"])}
    personal = personal_of(body, text)
    # Every case has a key, needed or not: by its owner an erasure finds the person's cases.
    room.vault.make_case_key(case_id, owner=subject)
    parties = parties_of(
        body, subject=subject, case=case_id, organisation=room.vault.subjects.organisation
    )
    if parties or THIRD_PERSONS in personal:
        # It is no person's: an erasure of the account leaves what the case knows of others.
        room.vault.keys.begin(party_key(case_id), owner=f"case/{case_id}", now=now)
    submission = submission_of(
        body,
        personal=personal,
        **materials_of(
            room, body["materials"], at="/materials/{}", case=case_id, owner=subject
        )._asdict(),
        subject=subject,
        portal=principal().portal or "",
        child=is_a_child(body["applicant"], today),
        adult=is_of_age(body["applicant"], today),
        parties=parties,
        representation=acting_as(body),
        textless=takes_no_texts(body["applicant"].get("phone", "")),
        number=number_of(room, body["item"], now),
        **beside,
    )
    parts = sealed_parts(personal, parties, subject=subject, case=case_id)
    return submission, {CaseSubmitted.TYPE: parts}


def told_beside(
    room: Intake, case_id: str, item: str, commit: Commit, **applicant: str
) -> dict[str, Any]:
    """What is told beside the receipt: the order to pay, and what else the applicant has open.

    `applicant`: as the list of open applications knows them. A repeat is told what is so then.
    """
    others = list(room.applications.others(item, **applicant, but=case_id))
    return {"order": _order(room, case_id, commit), "also_open": others}


def _order(room: Intake, case_id: str, commit: Commit) -> dict[str, Any] | None:
    """What is to be paid by the commit of the submission: the same for every repeat."""
    return order_shown(fold(commit.events, case_id=case_id), room.rules, room.pay_url)


def text_of(room: Intake, item_id: str) -> ItemText | None:
    """What the item says; None for one that is not there, which the decision refuses."""
    try:
        return room.rules.catalogue.item(item_id).text
    except UnknownItem:
        return None


def _must_be_born(wrong: Iterable[Fault]) -> None:
    if errors := [one.at_field for one in wrong]:
        raise Problem("invalid-fields", errors=errors)


def _must_speak_for(applicant: Mapping[str, Any]) -> None:
    """Who acts for an organisation by the token applies for that one: 403, told as a trial does."""
    if errors := [one.at_field for one in not_spoken_for(applicant, principal().acts_for)]:
        said = "The token speaks for another party than the one that applies."
        raise Problem("forbidden", said, errors=errors)


TOPIC = Topic(decisions={SubmitCase: submit})
