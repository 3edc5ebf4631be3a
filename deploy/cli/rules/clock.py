"""`caseledger clock …`: when something is due, paid or taken, from the item alone, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import Json, answer, bad_use, reporting

if TYPE_CHECKING:
    from shared.catalogue import Catalogue, Item
    from shared.catalogue.rules.limits_of_item import Answer
    from shared.clock import Calendars, WindowState

ItemId = Annotated[str, typer.Argument(metavar="ID", help="The item, such as 000-01.")]
At = Annotated[str, typer.Option("--at", help="A time, such as 2026-09-25T10:00+08:00.")]
Situations = Annotated[
    list[str] | None, typer.Option("--situation", help="A situation of the application.")
]


def due(
    item_id: ItemId,
    *,
    at: Annotated[
        str,
        typer.Option("--at", help="When the limit's start event was: 2026-09-25T10:00+08:00."),
    ],
    limit: Annotated[
        str | None,
        typer.Option(
            help="promised, statutory, acceptance, another limit of the item, or watch; "
            "else the earlier of promised and statutory."
        ),
    ] = None,
    variant: Annotated[
        str | None, typer.Option(help="An office's variant (remote) or one of the item.")
    ] = None,
    office: Annotated[
        str | None,
        typer.Option(help="An office of the item by its code, with what it sets for itself."),
    ] = None,
    situation: Situations = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(help="2026-10-09/2026-10-13[:inspection]; without a cause it is a what-if."),
    ] = None,
    extend: Annotated[
        bool, typer.Option("--extend", help="As if the extension had been approved.")
    ] = False,
    as_json: Json = False,
) -> None:
    """When a limit of an item ends, and why."""
    with reporting(as_json=as_json):
        from deploy.cli.rules.clock_show import show_due
        from shared.catalogue.definition.choosing import Choices
        from shared.catalogue.rules.limits_of_item import Question, ask
        from shared.clock import parse_moment, parse_pause

        catalogue, item, calendars = find(item_id)
        if variant is not None and office is not None:
            raise bad_use("Give --office or --variant: an office has its own variant.")
        question = Question(
            start=parse_moment(at),
            limit=limit,
            office=office,
            variant=variant,
            choices=Choices(situations=frozenset(situations_of(item, situation))),
            pauses=tuple(parse_pause(one) for one in pause or ()),
            extended=extend,
        )
        found = ask(item.text, question, calendars.of(item.text.calendar))
        document = _due_document(item, catalogue, found, asked=limit, office=office)
        answer(document, as_json=as_json, show=show_due)


def payday(
    item_id: ItemId,
    *,
    from_: Annotated[str, typer.Option("--from", help="A date: the money moves after it.")],
    attempt: Annotated[int, typer.Option(help="The first or the second deduction.", min=1)] = 1,
    party: Annotated[str | None, typer.Option(help="For whom: unit, flexible.")] = None,
    as_json: Json = False,
) -> None:
    """On which day money of an item is paid out or deducted."""
    with reporting(as_json=as_json):
        from deploy.cli.rules.clock_show import show_payday
        from shared.catalogue.rules.day_rules import NO_PAYDAY, payday_of
        from shared.clock import parse_day

        _, item, calendars = find(item_id)
        calendar = calendars.of(item.text.calendar)
        found = payday_of(item.text, parse_day(from_), calendar, attempt=attempt, party=party)
        document = _head(item) | {
            "date": found.date.isoformat() if found else None,
            "scheduled": found.scheduled.isoformat() if found else None,
            "provisional": bool(found and found.provisional),
            "incomplete": list(found.incomplete) if found else [],
            "calendar_version": calendar.version,
            "reason": "" if found else NO_PAYDAY.en,
            "explanation": [{"zh": found.zh, "en": found.en} if found else NO_PAYDAY._asdict()],
        }
        answer(document, as_json=as_json, show=show_payday)


def window(
    item_id: ItemId,
    *,
    at: At,
    variant: Annotated[str, typer.Option(help="A variant of the item.")] = "",
    situation: Situations = None,
    happened: Annotated[
        list[str] | None,
        typer.Option(help="An outside event that opens a window: CODE=2026-07-05T10:00+08:00."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Whether an item is taken at a time, until when, and when again."""
    with reporting(as_json=as_json):
        from deploy.cli.rules.clock_show import show_window
        from shared.catalogue.definition.choosing import Choices
        from shared.catalogue.rules.day_rules import waits_for, window_of
        from shared.clock import parse_moment

        _, item, calendars = find(item_id)
        if variant and variant not in {one.code for one in item.text.variants}:
            known = ", ".join(one.code for one in item.text.variants) or "none"
            raise bad_use(f"The item {item.id} has no variant {variant!r}; it has {known}.")
        moment = parse_moment(at)
        events = dict(_event(word) for word in happened or ())
        for code in events:
            if code not in waits_for(item.text):
                there = ", ".join(waits_for(item.text)) or "nothing"
                raise bad_use(f"No window of {item.id} waits for {code!r}; it waits for {there}.")
        what_if = {code: parse_moment(time) for code, time in events.items()}
        found = window_of(
            item.text,
            moment,
            calendars.of(item.text.calendar),
            choices=Choices(variant=variant, situations=frozenset(situations_of(item, situation))),
            happened=calendars.happened(moment) | what_if,
        )
        document = (
            _head(item)
            | {"at": moment.isoformat()}
            | _state(found.state)
            | {
                "calendar_version": found.state.calendar_version,
                "raw": found.rule.raw if found.rule else "",
                "explanation": [found.words._asdict()],
            }
        )
        answer(document, as_json=as_json, show=show_window)


def find(item_id: str) -> "tuple[Catalogue, Item, Calendars]":
    """The catalogue, the item and the calendars, loaded notices included.

    Raises UnknownItem for an item that does not exist; BadNotice for a damaged notice.
    """
    from deploy.cli.rules.calendars import calendar_folder
    from shared.catalogue import packaged_catalogue
    from shared.clock.calendar.notices import installed_calendars

    catalogue = packaged_catalogue()
    return catalogue, catalogue.item(item_id), installed_calendars(calendar_folder())


def situations_of(item: "Item", codes: list[str] | None) -> list[str]:
    """The codes, each of which is a situation of the item. Raises CommandError for another."""
    known = [choice.code for group in item.text.situations for choice in group.choices]
    for code in codes or ():
        if code not in known:
            there = f"it has {', '.join(known)}" if known else "it has none"
            raise bad_use(f"The item {item.id} has no situation {code!r}; {there}.")
    return codes or []


def _head(item: "Item") -> dict[str, Any]:
    return {"item": item.id, "name": item.text.name, "name_en": item.text.name_en}


def _due_document(
    item: "Item",
    catalogue: "Catalogue",
    found: "Answer",
    *,
    asked: str | None,
    office: str | None,
) -> dict[str, Any]:
    import msgspec

    from shared.clock import RULES_VERSION

    why = found.explanation
    ends = found.due.date
    return _head(item) | {
        "due": ends.isoformat() if ends else None,
        "due_at": found.due.due_at.isoformat() if found.due.due_at else None,
        "limit": found.limit.name if found.limit else asked,
        "office": office,
        "rank": found.limit.rank if found.limit else None,
        "provisional": found.due.provisional,
        "incomplete": list(found.due.incomplete),
        "reason": found.due.reason,
        "reason_zh": found.due.reason_zh,
        "compared": {
            name: one.date.isoformat() if one.date else None for name, one in found.compared.items()
        },
        "explanation": msgspec.to_builtins(found.steps),
        "days": msgspec.to_builtins(why.days) if why else [],
        "versions": {
            "catalogue": catalogue.version,
            "item": item.hash,
            "calendar": found.due.calendar_version,
            "rules": RULES_VERSION,
        },
    }


def _state(state: "WindowState") -> dict[str, Any]:
    return {
        "open": state.open,
        "closes": state.closes.isoformat() if state.closes else None,
        "next_opens": state.next_opens.isoformat() if state.next_opens else None,
        "booking": _state(state.booking) if state.booking else None,
        "stage": state.stage,
        "reason": state.reason,
        "provisional": state.provisional,
        "incomplete": list(state.incomplete),
    }


def _event(word: str) -> tuple[str, str]:
    code, equals, time = word.partition("=")
    if not equals:
        raise bad_use(f"{word!r} is not an event; write it as CODE=2026-07-05T10:00+08:00.")
    return code, time
