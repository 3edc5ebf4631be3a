"""Try an application out: everything that would be refused or missing; nothing is kept."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from flask import Response

from services.intake.application.application import Application, submission_of
from services.intake.application.checking import advice, faults, missing
from services.intake.application.faults import Fault
from services.intake.application.parties.applicant import (
    MOST_MEMBERS,
    ApplicantSchema,
    acting_as,
    everybody,
    parties_of,
    personal_of,
    unborn,
)
from services.intake.application.parties.online import Online, applying_online
from services.intake.application.parties.persons import (
    PersonSchema,
    identity_kind,
    is_a_child,
    is_of_age,
)
from services.intake.application.parties.tried import (
    TriedItems,
    TriedNested,
    TriedText,
    parted,
)
from services.intake.application.parties.vouched import (
    differing,
    not_spoken_for,
    vouched_for,
)
from services.intake.application.repeated import applicant_by_token, repeated_advice
from services.intake.application.submission import GuideAgreedSchema
from services.intake.application.windows import window_now
from services.intake.fields import (
    CODE,
    MOST_CHOICES,
    MOST_MATERIALS,
    Counts,
    Facts,
)
from services.intake.files.uploads import Handed, handed, materials_tried
from services.intake.items.lookup import OpenSchema, applied_for, found_item, head_of
from services.intake.room import Desk, Intake
from shared.catalogue import Item
from shared.catalogue.definition.fees import yuan
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.limits_of_item import Question, TermError, ask
from shared.catalogue.rules.offices import office_of
from shared.clock import WindowState, local_day
from shared.clock.telling.wording import Words
from shared.http import (
    Blueprint,
    Bool,
    Day,
    Items,
    Moment,
    Nested,
    Schema,
    Str,
    Text,
    answered,
    principal,
)
from shared.security.principal import Role, VouchedIdentity
from shared.values.reach import takes_no_texts


class CheckedMaterial(Schema):
    """A material that would be handed in; an upload may be missing, one's own is looked at."""

    code = Str(required=True, max_length=64, pattern=CODE)
    blob = Str(max_length=64, pattern=r"[A-Za-z0-9_-]+")


class CheckedApplicant(ApplicantSchema):
    """Who would apply, as far as it is filled in."""


class CheckedPerson(PersonSchema):
    """Somebody who would act, or for whom a unit would apply, as far as it is filled in."""


class CheckSchema(Schema):
    """An application as far as it is filled in; every part may be missing.

    Who would apply is looked at and forgotten: nothing of it is stored or logged.
    """

    item = Text(max_length=32)
    channel = Str(max_length=32, pattern=CODE, load_default="online")
    delivery = Str(max_length=32, pattern=CODE)
    delivery_address = TriedText(max_length=300)
    applicant = TriedNested(CheckedApplicant(partial=True), load_default=dict)
    representative = TriedNested(CheckedPerson(partial=True))
    members = TriedItems(Nested(CheckedPerson(partial=True)), most=MOST_MEMBERS)
    materials = Items(Nested(CheckedMaterial), most=MOST_MATERIALS, load_default=list)
    declared = Bool(load_default=False)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    facts = Facts(load_default=dict)
    representation = Str(max_length=64, pattern=CODE)
    options = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    counts = Counts(load_default=dict)
    office = Str(max_length=64, pattern=CODE)
    guide = Nested(GuideAgreedSchema)


class FaultSchema(OpenSchema):
    """One thing: its code, a sentence in English and in Chinese, and where in the application."""

    code = Str(required=True)
    detail = Str(required=True, max_length=2000)
    detail_zh = Str(required=True, max_length=2000)
    pointer = Str(required=True, min_length=0)


class BookingSchema(Schema):
    """Whether a visit can be booked now, until when, and when again (R-046)."""

    open = Bool(allow_none=True)
    closes = Moment(allow_none=True)
    next_opens = Moment(allow_none=True)


class WindowSchema(BookingSchema):
    """Whether the item is taken now, until when, and when again; `booking` where one precedes."""

    booking = Nested(BookingSchema, allow_none=True)
    zh = Str()
    en = Str()


class FeeSchema(Schema):
    """What it would cost; `amount` is null where the source is silent or an option is missing."""

    amount = Str(allow_none=True)
    chargeable = Bool()
    basis = Str(min_length=0, max_length=2000)


class PromiseSchema(Schema):
    """When it would be due if it were accepted now; null where the item prints no limit."""

    limit = Str(allow_none=True)
    due = Day(allow_none=True)
    provisional = Bool()
    incomplete = Items(Str(), most=10)
    reason = Str(min_length=0)
    reason_zh = Str(min_length=0)


class CheckResultSchema(Schema):
    """What would happen now. `ok`: it would be taken in, and nothing would be asked for.

    refused: why it would not be taken in. missing: what would be asked for once. advice: what the
    applicant should know and is not kept out for.
    """

    item = Str()
    version = Str()
    content_hash = Str()
    ok = Bool()
    refused = Items(Nested(FaultSchema), most=500)
    missing = Items(Nested(FaultSchema), most=500)
    advice = Items(Nested(FaultSchema), most=500)
    window = Nested(WindowSchema)
    fee = Nested(FeeSchema)
    promise = Nested(PromiseSchema, allow_none=True)


NEEDED: Mapping[str, str] = MappingProxyType({"name": "姓名或者名称", "id_number": "证件号码"})
NEEDED_EN: Mapping[str, str] = MappingProxyType({"name": "The name", "id_number": "The number"})


def _checked(room: Intake, item: Item, body: Mapping[str, Any]) -> dict[str, Any]:
    body, spoilt = parted(body)
    now, rules = room.now(), room.rules
    given = materials_tried(room.blobs, body["materials"])
    caller = principal()
    present = caller.has(Role.OFFICER) and body["channel"] != "phone"
    application = tried_out(
        item,
        body,
        local_day(now),
        given,
        vouched_for(caller),
        present=present,
        online=applying_online(caller),
    )
    refused = (
        *_other(item, body),
        *spoilt,
        *_unfilled(body),
        *unborn(body, local_day(now)),
        *not_spoken_for(body["applicant"], caller.acts_for),
        *faults(application, rules, now),
    )
    lacking = missing(application)
    calendar = rules.calendars.of(item.text.calendar)
    choices = application.choices
    window = window_now(item, choices, rules, now)
    named = application.said.office
    office = named if office_of(item.text, named) else None
    others = room.applications.others(item.id, **applicant_by_token())
    due = ask(item.text, Question(start=now, choices=choices, office=office), calendar)
    return head_of(room, item) | {
        "ok": not refused and not lacking,
        "refused": _told(refused),
        "missing": _told(lacking),
        "advice": _told((*advice(application, rules, now), *repeated_advice(others))),
        "window": {
            **_open(window.state),
            "booking": _open(window.state.booking) if window.state.booking else None,
            **window.words._asdict(),
        },
        "fee": _fee(application),
        "promise": {
            "limit": due.limit.name if due.limit else None,
            "due": due.due.date,
            "provisional": due.due.provisional,
            "incomplete": list(due.due.incomplete),
            "reason": due.due.reason,
            "reason_zh": due.due.reason_zh,
        },
    }


def _open(state: WindowState) -> dict[str, Any]:
    return {"open": state.open, "closes": state.closes, "next_opens": state.next_opens}


def tried_out(
    item: Item,
    body: Mapping[str, Any],
    today: date,
    given: Handed | None = None,
    vouched: VouchedIdentity | None = None,
    *,
    present: bool = False,
    online: Online | None = None,
) -> Application:
    """The application as a decision would see it: of the person only which parts are given.

    `given`: its materials with what is known of their uploads; else their codes alone. `vouched`:
    for whom the sign-in of whoever tries it out vouches. `present`: an officer tries it out for
    somebody at the counter. `online`: of whoever tries it out with an account of their own.
    """
    given = given or handed((one["code"], None) for one in body["materials"])
    submission = submission_of(
        body,
        personal=personal_of(body, item.text),
        item=item.id,
        delivery=body.get("delivery", ""),
        **given._asdict(),
        subject="",
        portal="",
        parties=parties_of(body),
        representation=acting_as(body),
        child=is_a_child(body["applicant"], today),
        adult=is_of_age(body["applicant"], today),
        present=present,
        textless=takes_no_texts(body["applicant"].get("phone", "")),
        differs=differing(body, vouched),
        online=online,
    )
    return Application(item, submission)


def _other(item: Item, body: Mapping[str, Any]) -> Iterable[Fault]:
    """What is posted to try it out is what will be posted to submit it: of this item."""
    if body.get("item", item.id) != item.id:
        said = Words(f"此处试填的是事项 {item.id}。", f"This is a trial of {item.id}.")
        yield Fault("item-other", said, "/item", {"choices": [item.id]})


def _unfilled(body: Mapping[str, Any]) -> Iterable[Fault]:
    """Parts that every party needs: a submission without them is no application."""
    for at, one in everybody(body):
        code = "applicant-missing" if at == "/applicant" else "person-missing"
        for name in NEEDED:
            without = name == "id_number" and identity_kind(one) == "none"
            if not without and not one.get(name):
                said = Words(f"须填写{NEEDED[name]}。", f"{NEEDED_EN[name]} is needed.")
                yield Fault(code, said, f"{at}/{name}")


def _fee(application: Application) -> dict[str, Any]:
    try:
        told = application.charge
    except TermError:  # named among what is refused
        told = charge(application.item.text, application.choices)
    fen = told.amount_fen
    amount = None if fen is None else yuan(fen)
    return {"amount": amount, "chargeable": told.chargeable, "basis": told.basis}


def _told(found: Iterable[Fault]) -> list[dict[str, Any]]:
    return [one.told for one in found]


def routes(blp: Blueprint, desk: Desk) -> None:
    """Try an application out."""

    @blp.post("/<item>/check")
    @blp.arguments(CheckSchema)
    @blp.response(200, CheckResultSchema)
    def check(body: dict[str, Any], item: str) -> Response:
        """Try an application out: everything that would be refused or missing; nothing is kept."""
        return answered(_checked(desk.room, applied_for(found_item(desk.room, item)), body))
