"""What portals send to intake and get back, at the edge only: the domain has its own structs."""

from typing import Any, get_args

import marshmallow as ma

from services.intake.acceptance import GROUNDS
from services.intake.fields import CODE, MOST_CHOICES, Counts, Facts
from shared.case.facts.parts import Delivery
from shared.casework.http import AS_OF
from shared.catalogue.definition.words import Channel as ItemChannel
from shared.catalogue.definition.words import Initiator
from shared.http import Bool, Choice, Day, Int, Items, Moment, Money, Nested, Schema, Str

MOST_MATERIALS = 50
ID_NUMBER = r"[1-9][0-9]{16}[0-9X]"
PHONE = r"\+?[0-9][0-9 -]{4,20}[0-9]"
EMAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
WORD = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"


class MaterialSchema(Schema):
    """A material: its code in the item, and the upload."""

    code = Str(required=True, max_length=64, pattern=r"[a-z0-9][a-z0-9-]*")
    blob = Str(required=True, max_length=64, pattern=r"[A-Za-z0-9_-]+")


class ApplicantSchema(Schema):
    """Who applies. Sealed under that person's key before anything is stored."""

    name = Str(required=True, max_length=100)
    id_number = Str(required=True, max_length=18, pattern=ID_NUMBER)
    phone = Str(max_length=24, pattern=PHONE)
    email = Str(max_length=200, pattern=EMAIL)

    @ma.validates_schema
    def reachable(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two is needed, or nobody could be told anything."""
        if not data.get("phone") and not data.get("email"):
            raise ma.ValidationError("a phone number or an e-mail address is needed", "email")


class SubmitSchema(Schema):
    """An application; complete or not."""

    item = Str(required=True, max_length=16, pattern=r"[0-9]{3}-[0-9A-Z]{1,4}")
    channel = Choice(*get_args(ItemChannel), load_default="online")
    delivery = Choice(*get_args(Delivery), required=True)
    delivery_address = Str(max_length=300)
    applicant = Nested(ApplicantSchema, required=True)
    materials = Items(Nested(MaterialSchema), most=MOST_MATERIALS, load_default=list)
    declared = Bool(required=True)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    facts = Facts(load_default=dict)
    representation = Str(max_length=64, pattern=CODE)
    options = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    counts = Counts(load_default=dict)
    office = Str(max_length=64, pattern=CODE)


class AttachSchema(Schema):
    """One more material."""

    material = Nested(MaterialSchema, required=True)


class SupplementSchema(Schema):
    """The answer to the one request."""

    materials = Items(Nested(MaterialSchema), most=MOST_MATERIALS, required=True)


class WithdrawalSchema(Schema):
    """Withdrawing; the reason is the applicant's own business, sealed if given."""

    reason = Str(max_length=1000, lines=True)


class ContactSchema(Schema):
    """What changes."""

    phone = Str(max_length=24, pattern=PHONE)
    email = Str(max_length=200, pattern=EMAIL)
    delivery_address = Str(max_length=300)

    @ma.validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """A change of nothing is a mistake."""
        if not data:
            raise ma.ValidationError("name what changes: phone, email or delivery_address")


class AcceptanceSchema(Schema):
    """Accepting; `office`: who has the case from now on, where it is not the one applied to."""

    office = Str(max_length=64, pattern=CODE)


class AskedSchema(Schema):
    """Something that is missing: a code, and its name as the applicant is told it."""

    code = Str(required=True, max_length=64, pattern=CODE)
    name = Str(required=True, max_length=100)


class RequestSchema(Schema):
    """Everything that is missing or not in legal form, once."""

    missing = Items(Nested(AskedSchema), least=1, most=MOST_MATERIALS, required=True)


class RejectionSchema(Schema):
    """Why an application is not accepted; the basis is the item's own unless another is cited.

    `explanation`, the officer's own words to the applicant, is sealed.
    """

    grounds = Items(Choice(*GROUNDS), least=1, most=len(GROUNDS), required=True)
    legal_basis = Items(Str(max_length=1000, pattern=r".*\S.*"), most=20, load_default=list)
    explanation = Str(max_length=2000, lines=True)


class InitiationSchema(Schema):
    """A case that nobody applied for: begun by an authority, other data or an outside system.

    `reference`: where that began it, such as a list's or a batch's number; never a person's.
    """

    item = Str(required=True, max_length=16, pattern=r"[0-9]{3}-[0-9A-Z]{1,4}")
    initiated_by = Choice(
        *[word for word in get_args(Initiator) if word != "applicant"], required=True
    )
    reference = Str(required=True, max_length=64, pattern=WORD)
    delivery = Choice(*get_args(Delivery), load_default="on-the-spot")
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    office = Str(max_length=64, pattern=CODE)


class CallbackSchema(Schema):
    """What the payment gateway says: money came, did not come, or went back.

    `payment` (refunds): the transaction that was given back. `code` (failures): the gateway's.
    """

    kind = Choice("payment", "payment-failed", "refund", required=True)
    case = Str(required=True, max_length=64, pattern=r"[a-z0-9]+")
    transaction = Str(required=True, max_length=64, pattern=WORD)
    amount = Money()
    method = Str(max_length=32, pattern=WORD)
    code = Str(max_length=64, pattern=WORD)
    payment = Str(max_length=64, pattern=WORD)

    @ma.validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Each kind has its own fields."""
        needed = {
            "payment": ("amount", "method"),
            "payment-failed": ("method", "code"),
            "refund": ("amount", "payment"),
        }
        missing = [name for name in needed.get(data.get("kind", ""), ()) if name not in data]
        if missing:
            raise ma.ValidationError({name: ["is needed for this kind"] for name in missing})


class AsOfSchema(Schema):
    """Which state of the case: up to a version, or up to a time."""

    as_of = Str(max_length=40, pattern=AS_OF)


class ReceiptSchema(Schema):
    """With it anybody can demand proof that the commit is in the log."""

    stream = Str()
    first_version = Int()
    hash = Str()


class DoneSchema(Schema):
    """The answer to every command."""

    case = Str()
    version = Int()
    events = Items(Str(), most=20)
    receipt = Nested(ReceiptSchema, allow_none=True)


class UploadedSchema(Schema):
    """A stored upload."""

    blob = Str()
    sha256 = Str()
    media_type = Str()
    size = Int()


class DueSchema(Schema):
    """A limit and when it ends."""

    limit = Str()
    due = Day(allow_none=True)
    due_at = Moment(allow_none=True)
    drives = Bool()
    provisional = Bool()
    incomplete = Items(Str(), most=10)
    calendar_version = Str()
    reason = Str()


class OwedSchema(Schema):
    """What is owed next, by which service, until when."""

    service = Str()
    step = Str()
    due_at = Moment()


class StageSchema(Schema):
    """A stage of the procedure, its names, and whether it is done, present or still to come."""

    code = Str()
    zh = Str()
    en = Str()
    state = Choice("done", "now", "to-come", "left-out")


class CaseSchema(Schema):
    """A case as its log tells it."""

    case = Str()
    version = Int()
    status = Str()
    item = Str()
    name = Str()
    department = Str()
    office = Str()
    submitted_at = Moment()
    delivery = Str()
    contact = Items(Str(), most=2)
    catalogue = ma.fields.Dict()
    materials = Items(ma.fields.Dict(), most=200)
    fee = ma.fields.Dict(allow_none=True)
    supplement = ma.fields.Dict(allow_none=True)
    due = Items(Nested(DueSchema), most=10)
    non_acceptance = ma.fields.Dict(allow_none=True)
    refusal = ma.fields.Dict(allow_none=True)
    actions = Items(Str(), most=10)
    owed = Items(Nested(OwedSchema), most=50)
    variant = Str()
    situations = Items(Str(), most=MOST_CHOICES)
    stages = Items(Nested(StageSchema), most=50)
