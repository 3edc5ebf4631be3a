"""What portals ask about items and get back; a definition and a form are open documents."""

import marshmallow as ma

from services.intake.fields import CODE, MOST_CHOICES, Counts, Facts, StatedDays
from services.intake.schemas import EMAIL, ID_NUMBER, MOST_MATERIALS, PHONE
from shared.http import Bool, Choice, Day, Int, Items, Moment, Nested, QueryInt, Schema, Str

ITEM_ID = r"[0-9]{3}-R?[0-9]{1,3}"
MOST_ITEMS = 100


class _Open(Schema):
    """A document that may have more members than are named here."""

    class Meta:
        """Members are added, never renamed or removed."""

        unknown = ma.INCLUDE


class ItemsQuery(Schema):
    """What is looked for; every given part must fit. `after`: the last id of the page before."""

    q = Str(max_length=100)
    department = Str(max_length=100)
    audience = Str(max_length=100)
    source = Str(max_length=3, pattern=r"[0-9]{3}")
    template = Str(max_length=3, pattern=r"T[0-9]{2}")
    offered = Choice("true", "false")
    after = Str(max_length=16, pattern=ITEM_ID)
    limit = QueryInt(minimum=1, maximum=MOST_ITEMS, load_default=50)


class ListedItem(Schema):
    """An item in short. `offered` is null for a rule that other items refer to."""

    id = Str()
    name = Str()
    name_en = Str(min_length=0)
    aliases = Items(Str(), most=100)
    source = Str()
    kind = Str()
    type = Str()
    department = Str()
    department_name = Str(min_length=0)
    level = Str(min_length=0)
    audience = Str(min_length=0)
    template = Str(min_length=0)
    offered = Bool(allow_none=True)
    not_offered_because = Str(allow_none=True)


class ItemsSchema(Schema):
    """A page of the list. `next`: give it as `after` for the next page; null on the last."""

    catalogue_version = Str()
    total = Int()
    items = Items(Nested(ListedItem), most=MOST_ITEMS)
    next = Str(allow_none=True)


class DefinitionSchema(_Open):
    """An item with its defaults filled in; `defaulted` names the fields that are defaults."""

    id = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    name = Str(required=True, max_length=1000)
    offered = Bool(required=True, allow_none=True)
    defaulted = ma.fields.Dict(required=True)


class FormSchema(Schema):
    """What a form is drawn from: the schema of an application, and the order to show it in."""

    item = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    schema = ma.fields.Dict(required=True)
    order = Items(ma.fields.Dict(), most=20, required=True)


class CheckedMaterial(Schema):
    """A material that would be handed in; an upload is not needed for a check."""

    code = Str(required=True, max_length=64, pattern=CODE)
    blob = Str(max_length=64, pattern=r"[A-Za-z0-9_-]+")


class CheckedApplicant(Schema):
    """Who would apply. Looked at and forgotten: nothing of it is stored or logged."""

    name = Str(max_length=100)
    id_number = Str(max_length=18, pattern=ID_NUMBER)
    phone = Str(max_length=24, pattern=PHONE)
    email = Str(max_length=200, pattern=EMAIL)


class CheckSchema(Schema):
    """An application as far as it is filled in; every part may be missing."""

    item = Str(max_length=32)
    channel = Str(max_length=32, pattern=CODE, load_default="online")
    delivery = Str(max_length=32, pattern=CODE)
    delivery_address = Str(max_length=300)
    applicant = Nested(CheckedApplicant, load_default=dict)
    materials = Items(Nested(CheckedMaterial), most=MOST_MATERIALS, load_default=list)
    declared = Bool(load_default=False)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    facts = Facts(load_default=dict)
    representation = Str(max_length=64, pattern=CODE)
    options = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    counts = Counts(load_default=dict)
    office = Str(max_length=64, pattern=CODE)


class FaultSchema(_Open):
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


class OwnTimesSchema(Schema):
    """The days that the applicant states, by what `askable` names, and what else was chosen."""

    stated = StatedDays(load_default=dict)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)


class OwnTime(Schema):
    """One time of the applicant's: to remind, and for nothing else."""

    name = Str()
    kind = Choice("deadline", "renewal")
    stated = Str()
    opens = Day(allow_none=True)
    due = Day(allow_none=True)
    due_at = Moment(allow_none=True)
    provisional = Bool()
    incomplete = Items(Str(), most=10)
    remind_on = Items(Day(), most=10)
    postponed_until_at_most = Day(allow_none=True)
    raw = Str(min_length=0, max_length=2000)
    zh = Str()
    en = Str()


class OwnTimesResult(Schema):
    """`askable`: of what a day can be stated here. Nothing of the question is kept."""

    item = Str()
    version = Str()
    content_hash = Str()
    askable = Items(Str(), most=100)
    times = Items(Nested(OwnTime), most=100)
