"""Items for machines: find one, read its definition, draw its form, try an application out.

Nobody's case is touched here: the list, a definition and a form are told to any token; a check
stores and logs nothing of what it is asked.
"""

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Response, request

from services.intake.checking import advice, choices_of, faults, missing
from services.intake.commands import SubmitCase
from services.intake.faults import Fault
from services.intake.form_order import order_of
from services.intake.form_schema import schema_of
from services.intake.item_lookup import found_item, head_of
from services.intake.item_schemas import (
    CheckResultSchema,
    CheckSchema,
    DefinitionSchema,
    FormSchema,
    ItemsQuery,
    ItemsSchema,
)
from services.intake.own_times_api import add_own_times
from services.intake.refusals import ItemNotOffered
from services.intake.room import Intake
from services.intake.windows import window_now
from shared.case.facts.parts import CHANNELS, Material
from shared.catalogue import Item, Listing, Wanted
from shared.catalogue.pages.showing import definition
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.limits_of_item import Question, TermError, ask
from shared.catalogue.rules.offices import office_of
from shared.clock import WindowState
from shared.clock.telling.wording import Words
from shared.http import Blueprint, answered

NEEDED: Mapping[str, str] = MappingProxyType({"name": "姓名", "id_number": "身份号码"})


def item_endpoints(intake: Intake) -> Blueprint:
    """The routes of the catalogue."""
    blp = Blueprint("items", __name__, url_prefix="/v1/items", description="The catalogue.")

    @blp.get("")
    @blp.arguments(ItemsQuery, location="query")
    @blp.response(200, ItemsSchema)
    def items(query: dict[str, Any]) -> Response:
        """Find items: by Chinese or English name, pinyin, initials, alias, office, audience."""
        return answered(_page(intake, query))

    @blp.get("/<item>")
    @blp.response(200, DefinitionSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def show(item: str) -> Response:
        """The definition of an item, with its defaults filled in."""
        found = found_item(intake, item)
        version = intake.rules.catalogue.version
        return _edition(definition(found, version=version))

    @blp.get("/<item>/form")
    @blp.response(200, FormSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def form(item: str) -> Response:
        """What an application form is drawn from: JSON Schema and the order to show it in."""
        found = _applied_for(found_item(intake, item))
        document = {"schema": schema_of(found), "order": order_of(found)}
        return _edition(head_of(intake, found) | document)

    @blp.post("/<item>/check")
    @blp.arguments(CheckSchema)
    @blp.response(200, CheckResultSchema)
    def check(body: dict[str, Any], item: str) -> Response:
        """Try an application out: everything that would be refused or missing; nothing is kept."""
        return answered(_checked(intake, _applied_for(found_item(intake, item)), body))

    add_own_times(blp, intake)
    return blp


def _page(intake: Intake, query: Mapping[str, Any]) -> dict[str, Any]:
    offered = {"true": True, "false": False, None: None}[query.get("offered")]
    wanted = Wanted(
        text=query.get("q", ""),
        offered=offered,
        source=query.get("source", ""),
        template=query.get("template", ""),
        department=query.get("department", ""),
        audience=query.get("audience", ""),
    )
    found = intake.rules.catalogue.listings(wanted)
    rest = [line for line in found if line.id > query.get("after", "")]
    shown = rest[: query["limit"]]
    return {
        "catalogue_version": intake.rules.catalogue.version,
        "total": len(found),
        "items": [_line(line) for line in shown],
        "next": shown[-1].id if len(rest) > len(shown) else None,
    }


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
    }


def _applied_for(item: Item) -> Item:
    """The item, if applicants apply for it. Raises ItemNotOffered, with the reason."""
    if not item.text.offered:
        raise ItemNotOffered(item.text.not_offered_because or "This item is not offered.")
    if item.text.initiated_by != "applicant":
        raise ItemNotOffered(
            f"Nobody applies for this item: it is begun by {item.text.initiated_by}.",
            initiated_by=item.text.initiated_by,
        )
    return item


def _edition(document: Mapping[str, Any]) -> Response:
    """The document with an ETag over it; 304 for a caller who has it.

    The item's hash alone would not do: the version of the catalogue is told too, and a later
    release may make another form of the same item.
    """
    response = answered(document)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)  # in place: 304 without a body where the caller has it
    return response


def _checked(intake: Intake, item: Item, body: Mapping[str, Any]) -> dict[str, Any]:
    now, wish, rules = intake.now(), _wish(item, body), intake.rules
    refused = (*_other(item, body), *_unfilled(body), *faults(item, wish, rules, now))
    lacking = missing(item, wish)
    calendar = rules.calendars.of(item.text.calendar)
    choices = choices_of(wish)
    window = window_now(item, choices, rules, now)
    office = wish.office if office_of(item.text, wish.office) else None
    due = ask(item.text, Question(start=now, choices=choices, office=office), calendar)
    return head_of(intake, item) | {
        "ok": not refused and not lacking,
        "refused": _told(refused),
        "missing": _told(lacking),
        "advice": _told(advice(item, wish, rules, now)),
        "window": {
            **_open(window.state),
            "booking": _open(window.state.booking) if window.state.booking else None,
            **window.words._asdict(),
        },
        "fee": _fee(item, wish),
        "promise": {
            "limit": due.limit.name if due.limit else None,
            "due": due.due.date,
            "provisional": due.due.provisional,
            "incomplete": list(due.due.incomplete),
            "reason": due.due.reason,
        },
    }


def _open(state: WindowState) -> dict[str, Any]:
    return {"open": state.open, "closes": state.closes, "next_opens": state.next_opens}


def _wish(item: Item, body: Mapping[str, Any]) -> SubmitCase:
    """The application as a decision would see it: of the person only which parts are given."""
    personal = {name for name, value in body["applicant"].items() if value}
    if body.get("delivery_address"):
        personal.add("delivery_address")
    return SubmitCase(
        item=item.id,
        channel=body["channel"],
        delivery=body.get("delivery", ""),
        contact=tuple(channel for channel, field in CHANNELS.items() if field in personal),
        materials=tuple(
            Material(code=one["code"], blob="", sha256="", media_type="", size=0)
            for one in body["materials"]
        ),
        sealed=tuple(sorted(personal)),
        declared=body["declared"],
        subject="",
        portal="",
        variant=body.get("variant", ""),
        situations=tuple(body["situations"]),
        facts=body["facts"],
        representation=body.get("representation", ""),
        options=tuple(body["options"]),
        counts=body["counts"],
        office=body.get("office", ""),
    )


def _other(item: Item, body: Mapping[str, Any]) -> Iterable[Fault]:
    """What is posted to try it out is what will be posted to submit it: of this item."""
    if body.get("item", item.id) != item.id:
        said = Words(f"此处试填的是事项 {item.id}。", f"This is a trial of {item.id}.")
        yield Fault("item-other", said, "/item", {"choices": [item.id]})


def _unfilled(body: Mapping[str, Any]) -> Iterable[Fault]:
    """Parts that every application needs: a submission without them is no application."""
    for name in NEEDED:
        if not body["applicant"].get(name):
            said = Words(f"须填写申请人的{NEEDED[name]}。", f"The applicant's {name} is needed.")
            yield Fault("applicant-missing", said, f"/applicant/{name}")


def _fee(item: Item, wish: SubmitCase) -> dict[str, Any]:
    try:
        told = charge(item.text, choices_of(wish), options=wish.options, counts=wish.counts)
    except TermError:  # named among what is refused
        told = charge(item.text, choices_of(wish))
    fen = told.amount_fen
    amount = None if fen is None else f"{fen // 100}.{fen % 100:02d}"
    return {"amount": amount, "chargeable": told.chargeable, "basis": told.basis}


def _told(found: Iterable[Fault]) -> list[dict[str, Any]]:
    return [one.told for one in found]
