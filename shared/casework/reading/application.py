"""An application as one reader may see it: who applies, what was stated, what the office wrote.

Plain parts come from the case and its own edition of the item; sealed ones from the vault, as far
as the reader's classes reach.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.case import Case, Rules, document_stream, status
from shared.case.reading.stage import remedy_until
from shared.casework.log import case_of
from shared.casework.reading.caller import Entitled
from shared.casework.reading.stated import (
    MOST_STATED,
    StatedSchema,
    classes_for,
    rows_of,
)
from shared.catalogue import Item
from shared.eventlog import Event, EventLog, Loaded, sealed_fields
from shared.http import Day, Int, Items, Moment, Nested, Schema, Str, actor
from shared.http.plain import plain, time_of
from shared.security.data_classes import ANSWER_CLASSES, ANSWERS, SEALED_FIELDS, DataClass
from shared.vault import SealedAt, Vault

# Texts that stand beside single events: each of them is shown, not the last alone.
WORDS = frozenset({"reason", "note", "explanation", "remarks", "tracking"})
UNSHOWN = frozenset({"last_four"})  # noted at a hand-over, and shown by nothing
_ANSWERED = ANSWER_CLASSES | {DataClass.ALL}
Body = dict[str, Any]


class ParticularsSchema(Schema):
    """Who applies; null for what the reader may not see, and for what was not given."""

    name = Str(allow_none=True)
    id_kind = Str(allow_none=True)
    id_number = Str(allow_none=True)
    phone = Str(allow_none=True)
    email = Str(allow_none=True)
    delivery_address = Str(allow_none=True)


class NamedPersonSchema(Schema):
    """Who acts for the applicant, or one of the people for whom a unit applies."""

    name = Str()
    id_kind = Str()
    id_number = Str()


class ChosenSchema(Schema):
    """What was chosen: the variant, or a situation."""

    of = Str()
    code = Str()
    title = Str()
    title_en = Str(min_length=0)


class HandedInSchema(Schema):
    """A document; its content is read at `/v1/cases/{case}/materials/{blob}`."""

    code = Str()
    title = Str()
    title_en = Str(min_length=0)
    blob = Str()
    sha256 = Str()
    media_type = Str()
    size = Int()


class WordsSchema(Schema):
    """Words beside an event: an explanation, a note of the desk, a reason, a tracking number.

    `remark` is one on a point of an inspection; `of` has the words of the point.
    """

    of = Str(allow_none=True)
    event = Str()
    at = Moment()
    kind = Str()
    text = Str(max_length=4000, lines=True)


class ApplicationSchema(Schema):
    """An application, as far as the reader may see it.

    `classes`: of which classes something was read, as the record of readings has it. `readable`:
    of which the reader may read at this `stage`. `erased`: whose keys are destroyed.
    """

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    status = Str()
    stage = Str()
    item = Str()
    title = Str()
    title_en = Str(min_length=0)
    submitted_at = Moment(allow_none=True)
    appeal_until = Day(allow_none=True)
    readable = Items(Str(), most=len(DataClass))
    classes = Items(Str(), most=len(DataClass))
    erased = Items(Str(), most=len(DataClass))
    applicant = Nested(ParticularsSchema)
    representative = Nested(NamedPersonSchema, allow_none=True)
    members = Items(Nested(NamedPersonSchema), most=50)
    chosen = Items(Nested(ChosenSchema), most=100)
    facts = Items(Nested(StatedSchema), most=MOST_STATED)
    documents = Items(Nested(HandedInSchema), most=200)
    words = Items(Nested(WordsSchema), most=200)


def read_application(
    loaded: Loaded, log: EventLog, vault: Vault, rules: Rules, may: Entitled
) -> Body:
    """The application as the reader may see it; one record of the reading, written first.

    Raises:
        Erased: what the reader may see was sealed, and none of it can be opened any more.
        VaultUnavailable: the reading cannot be recorded, so nothing is given.
    """
    case = case_of(loaded)
    sealed = [*_values(loaded, case), *_on_document(case, log, may)]
    item = rules.item_of(case)
    wanted = [one for one in sealed if _may_open(one, may, item)]
    read_as = may.read_as(*{_class(one) for one in wanted})
    opened = vault.reveal_together(
        wanted, of=loaded.stream, reader=actor(), why=read_as.duty, read_as=read_as
    )
    gone = [one for one in wanted if one.place not in opened]
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "status": status(case),
        "stage": may.stage.value,
        "item": case.item,
        "title": item.text.name,
        "title_en": item.text.name_en,
        "submitted_at": plain(case.submitted.at if case.submitted else None),
        "appeal_until": plain(remedy_until(case)),
        "readable": sorted(may.classes),
        "classes": sorted({_class(one) for one in wanted if one.place in opened}),
        "erased": sorted({_class(one) for one in gone}),
        "applicant": _particulars(wanted, opened),
        "representative": _part("representative", wanted, opened),
        "members": _part("members", wanted, opened) or [],
        "chosen": _chosen(case, item) if DataClass.STATEMENT in may.classes - may.in_part else [],
        "facts": list(_stated(wanted, opened, item, may)),
        "documents": _documents(case, item) if DataClass.DOCUMENT in may.classes else [],
        "words": list(_words(wanted, opened)),
    }


def _class(one: SealedAt) -> DataClass:
    """The class of a value that the reader may read."""
    return SEALED_FIELDS[one.field]


def _values(loaded: Loaded, case: Case) -> Iterator[SealedAt]:
    """Each sealed value that the case shows: of a field that changed, its present value alone."""
    for commit in loaded:
        for place in sealed_fields(commit):
            number, _, field = place.partition("/")
            version = int(number)
            present = field in WORDS or case.sealed_in.get(field) == version
            if present and field not in UNSHOWN:
                yield SealedAt(commit, version, field)


def _on_document(case: Case, log: EventLog, may: Entitled) -> Iterator[SealedAt]:
    """What an officer explained to the holder of the case's document: revoked, endorsed."""
    if case.document is None or DataClass.EXPLANATION not in may.classes:
        return
    for commit in log.load(document_stream(case.document.id)):
        for place in sealed_fields(commit):
            number, _, field = place.partition("/")
            yield SealedAt(commit, int(number), field)


def _particulars(wanted: Iterable[SealedAt], opened: Mapping[str, str]) -> Body:
    names = ("name", "id_kind", "id_number", "phone", "email", "delivery_address")
    found = {one.field: opened.get(one.place) for one in wanted if one.field in names}
    return {name: found.get(name) for name in names}


def _part(field: str, wanted: Iterable[SealedAt], opened: Mapping[str, str]) -> Any:
    """Who acts, or the people of a unit, as they were sealed; None for what is not there."""
    found = (opened.get(one.place) for one in wanted if one.field == field)
    text = next((one for one in found if one is not None), None)
    return None if text is None else msgspec.json.decode(text)


def _chosen(case: Case, item: Item) -> list[Body]:
    if case.application is None:
        return []
    variants = {one.code: one for one in item.text.variants}
    situations = {one.code: one for group in item.text.situations for one in group.choices}
    picked = [("variant", case.application.variant, variants)] if case.application.variant else []
    picked += [("situation", code, situations) for code in case.application.situations]
    return [{"of": of, **_named(code, options.get(code))} for of, code, options in picked]


def _named(code: str, rule: Any) -> Body:
    """A code with its titles; the code itself where the edition has no words for it."""
    title = rule.name if rule is not None else code
    return {"code": code, "title": title, "title_en": rule.name_en if rule is not None else ""}


def _may_open(one: SealedAt, may: Entitled, item: Item) -> bool:
    """Whether the reader sees something of this value; of a class in part, answers alone."""
    if one.data_class not in may.in_part:
        return one.data_class in may.classes
    return one.field.startswith(ANSWERS) and one.data_class in classes_for(may.steps, item)


def _stated(
    wanted: Iterable[SealedAt], opened: Mapping[str, str], item: Item, may: Entitled
) -> Iterator[Body]:
    """The answers that were opened, in the order of the item's questions."""
    answers: dict[str, tuple[Any, DataClass]] = {}
    for one in wanted:
        if one.data_class in _ANSWERED and one.place in opened and one.field.startswith(ANSWERS):
            part = msgspec.json.decode(opened[one.place])
            answers |= {code: (value, _class(one)) for code, value in part.items()}
    for row in rows_of(answers, item):
        if row["data_class"] not in may.in_part or row["step"] in may.steps:
            yield row


def _documents(case: Case, item: Item) -> list[Body]:
    asked = {one.code: one for one in case.supplement.fact.missing} if case.supplement else {}
    return [
        {
            **plain(one),
            **_document_title(one.code, item.material(one.code), asked.get(one.code)),
        }
        for one in case.materials
    ]


def _document_title(code: str, rule: Any, asked: Any) -> Body:
    if rule is None and asked is not None:  # asked for once, though the item does not name it
        return {"title": asked.name, "title_en": ""}
    return {name: text for name, text in _named(code, rule).items() if name != "code"}


def _words(wanted: Iterable[SealedAt], opened: Mapping[str, str]) -> Iterator[Body]:
    for one in wanted:
        if one.field in WORDS and one.place in opened:
            event = next(e for e in one.commit.events if e.version == one.version)
            told = {
                "of": None,
                "event": event.type,
                "at": time_of(datetime.fromisoformat(event.occurred_at)),
                "kind": one.field,
                "text": opened[one.place],
            }
            yield from _remarks(told, event) if one.field == "remarks" else [told]


def _remarks(told: Body, event: Event) -> Iterator[Body]:
    """The remarks on single points of an inspection, each with the words of its point."""
    texts = {one["point"]: one["text"] for one in event.data.get("points", ())}
    for point, text in msgspec.json.decode(told["text"]).items():
        yield {**told, "of": texts.get(point, point), "kind": "remark", "text": text}
