"""A section that repeats, filled in from a spreadsheet: its template, and its rows as if typed.

All goes by the API: it makes the template, reads the rows, and says what is wrong with which cell.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from services.portal.applying.sitting import Person, Sitting
from services.portal.forms.faults import InputFault, said_of
from services.portal.forms.parts import DATE_PARTS, NOTHING, FormInput, FormPage
from services.portal.forms.repeating import Repeated
from services.portal.room import Portal

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_INPUT = "sheet"
MOST_BYTES = 1024 * 1024
SECTION = "facts-"
MOST_TOLD = 30


def template_route(blp: Blueprint, portal: Portal) -> None:
    """The template of a section, for whoever is signed in: at a form of theirs, or at a counter."""

    @blp.get("/apply/<item>/template/<section>")
    def template(item: str, section: str) -> Response:
        kind, content = portal.api.content(
            f"/v1/items/{item}/template", token=Person.here(portal).token, section=section
        )
        if kind != SHEET:
            abort(404)
        response = Response(content, content_type=SHEET)
        name = f"{item}-{section}.xlsx"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def importing_into(page: FormPage) -> Repeated | None:
    """What the rows of a spreadsheet are on this page; None where it takes none."""
    return page.repeats if page.key.startswith(SECTION) else None


def imported(sitting: Sitting, page: FormPage, into: Repeated) -> list[InputFault]:
    """Put the rows of the spreadsheet in place of what is typed on the page; what is wrong with it.

    Where anything is wrong, what was typed stays as it was.
    """
    file = request.files.get(SHEET_INPUT)
    content = file.read(MOST_BYTES + 1) if file is not None else b""
    if not content:
        return [InputFault(page.key, SHEET_INPUT, NOTHING, "sheet-none")]
    if len(content) > MOST_BYTES:
        return [InputFault(page.key, SHEET_INPUT, NOTHING, "sheet-too-large")]
    answer = sitting.api.rows(
        sitting.item, page.key.removeprefix(SECTION), content, token=sitting.person.token
    )
    if not answer.ok:
        errors = answer.document.get("errors", ())[:MOST_TOLD]
        wrong = [InputFault(page.key, SHEET_INPUT, said_of(one)) for one in errors]
        return wrong or [InputFault(page.key, SHEET_INPUT, NOTHING, "sheet-none")]
    start, typed = f"{into.prefix}.", sitting.draft.typed
    others = {name: said for name, said in typed.items() if not name.startswith(start)}
    sitting.draft.typed = {**others, **dict(_typed(page, answer.document["entries"]))}
    return []


def _typed(page: FormPage, entries: list[dict[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What somebody would have typed and chosen to state these entries."""
    first = [one for one in page.inputs if one.entry == 0]
    for number, entry in enumerate(entries):
        for one in first:
            name = one.name.replace(".0.", f".{number}.", 1)
            value = _stated(entry, one.pointer.split("/0/", 1)[1])
            if value is None:
                value = _usual(one, entry)
            if value is not None:
                yield from _inputs_of(one, name, value)


def _stated(entry: Mapping[str, Any], within: str) -> Any:
    """The answer, or the part of it, at this place in an entry."""
    code, _, part = within.partition("/")
    value = entry.get(code)
    return value.get(part) if part and isinstance(value, Mapping) else value


def _usual(one: FormInput, entry: Mapping[str, Any]) -> str | None:
    """The kind of document is chosen on a page; a row may leave it out, and means the usual one."""
    code = one.pointer.split("/0/", 1)[1].partition("/")[0]
    chosen = one.kind == "one" and one.words == "id_kind" and one.picks and code in entry
    return one.picks[0].code if chosen else None


def _inputs_of(one: FormInput, name: str, value: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    if one.kind == "date":
        for part, text in zip(DATE_PARTS, str(value).split("-"), strict=True):
            yield f"{name}.{part}", (text,)
    elif one.kind == "yes-no":
        yield name, ("yes" if value else "no",)
    elif one.kind == "any":
        yield name, tuple(value)
    else:
        yield name, (str(value),)
