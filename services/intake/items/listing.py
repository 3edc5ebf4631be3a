"""Find items: by Chinese or English name, pinyin, initials, alias, office, audience."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from flask import Response

from services.intake.room import Desk
from shared.catalogue import Catalogue, Listing, Wanted
from shared.catalogue.definition.words import Initiator
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Int,
    Items,
    Nested,
    QueryInt,
    Schema,
    Str,
    Text,
    answered,
)

ITEM_ID = r"[0-9]{3}-R?[0-9]{1,3}"


MOST_ITEMS = 100


class ItemsQuery(Schema):
    """What is looked for; every given part must fit. `after`: the last id of the page before."""

    q = Text(max_length=100)
    department = Text(max_length=100)
    audience = Text(max_length=100)
    source = Str(max_length=3, pattern=r"[0-9]{3}")
    template = Str(max_length=3, pattern=r"T[0-9]{2}")
    offered = Choice("true", "false")
    after = Str(max_length=16, pattern=ITEM_ID)
    limit = QueryInt(minimum=1, maximum=MOST_ITEMS, load_default=50)


class ListedItem(Schema):
    """An item in short. `offered` is null for a rule that other items refer to.

    initiated_by: only an item that the applicant begins can be applied for.
    """

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
    not_offered_because_zh = Str(allow_none=True)
    initiated_by = Choice(*get_args(Initiator))


class ItemsSchema(Schema):
    """A page of the list. `next`: give it as `after` for the next page; null on the last."""

    catalogue_version = Str()
    total = Int()
    items = Items(Nested(ListedItem), most=MOST_ITEMS)
    next = Str(allow_none=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Find items."""

    @blp.get("")
    @blp.arguments(ItemsQuery, location="query")
    @blp.response(200, ItemsSchema)
    def items(query: dict[str, Any]) -> Response:
        """Find items: by Chinese or English name, pinyin, initials, alias, office, audience."""
        return answered(_page(desk.room.rules.catalogue, query))


def _page(catalogue: Catalogue, query: Mapping[str, Any]) -> dict[str, Any]:
    offered = {"true": True, "false": False, None: None}[query.get("offered")]
    wanted = Wanted(
        text=query.get("q", ""),
        offered=offered,
        source=query.get("source", ""),
        template=query.get("template", ""),
        department=query.get("department", ""),
        audience=query.get("audience", ""),
    )
    found = catalogue.listings(wanted)
    rest = _following(found, query.get("after", ""))
    shown = rest[: query["limit"]]
    return {
        "catalogue_version": catalogue.version,
        "total": len(found),
        "items": [_line(line) for line in shown],
        "next": shown[-1].id if len(rest) > len(shown) else None,
    }


def _following(found: Sequence[Listing], after: str) -> Sequence[Listing]:
    """What comes after that id: a text is answered best first, and the rest by id."""
    at = next((at for at, line in enumerate(found) if line.id == after), None)
    return [line for line in found if line.id > after] if at is None else found[at + 1 :]


def _line(line: Listing) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "name_en": line.name_en,
        "aliases": list(line.aliases),
        "source": line.source,
        "kind": line.kind,
        "type": line.item_type,
        "department": line.department,
        "department_name": line.department_name,
        "level": line.level,
        "audience": line.audience,
        "template": line.template,
        "offered": line.offered,
        "not_offered_because": line.not_offered_because,
        "not_offered_because_zh": line.not_offered_because_zh,
        "initiated_by": line.initiated_by,
    }
