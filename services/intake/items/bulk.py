"""Many at once (批量报盘): a template of a section to fill in, and its rows as entries of the form.

Nothing is kept. What is answered goes into an application as if it had been typed (R-065).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

import marshmallow as ma
from flask import Response

from services.intake.application.questions.reading import faults_of_entries
from services.intake.items.bulk_columns import BulkColumn, columns_of, entry_of
from services.intake.items.lookup import applied_for, found_item
from services.intake.room import Desk
from shared.catalogue import ItemText
from shared.catalogue.definition.asking import EntriesRule, QuestionGroup
from shared.clock import local_day
from shared.clock.telling.wording import Words
from shared.files.limits import SHEET, SHEET_BYTES
from shared.files.sheet_made import letters, sheet_of
from shared.http import (
    Blueprint,
    FieldError,
    Items,
    Problem,
    Schema,
    Str,
    answered,
    body_limit,
    not_found,
)
from shared.http.body import raw_body

ABOUT, HEADS = "填写说明", ("列", "是否必填", "怎样填写")
MOST_ENTRIES = 50
_ANY = "application/octet-stream"
Row = tuple[int, list[Any]]
# What is wrong with a cell or a title: in Chinese and in English.
CELLS: Mapping[str, tuple[str, str]] = {
    "formula": (
        "第{row}行“{title}”：单元格里是公式，请改为填写数值或者文字本身。",
        "Row {row}, {title}: the cell holds a formula; write the value itself.",
    ),
    "lost-digits": (
        "第{row}行“{title}”：号码被当作数字保存，末尾几位已经丢失。请改为文本格式后重新填写。",
        "Row {row}, {title}: kept as a figure, it lost its last digits; write it as a text.",
    ),
    "unknown-column": (
        "第{row}行第{column}列：“{title}”不是模板里的列，或者重复出现。请按模板填写，不要改动标题。",
        "Row {row}, column {column}: {title!r} is no column of the template, or there twice.",
    ),
    "missing-column": (
        "第{row}行：缺少“{title}”这一列。请使用下载的模板，不要删除列。",
        "Row {row}: the column {title} is missing; use the template as it is.",
    ),
}


class SectionQuery(Schema):
    """Which section; without it the first of the item that is filled in several times."""

    section = Str(max_length=64, pattern=r"[a-z0-9][a-z0-9-]*")


class EntriesReadSchema(Schema):
    """The rows as entries of a section: `facts.<section>` of an application."""

    item = Str()
    section = Str()
    entries = Items(ma.fields.Dict(), most=MOST_ENTRIES)


class Section(NamedTuple):
    """A section that is filled in several times, and its columns."""

    text: ItemText
    group: QuestionGroup
    rule: EntriesRule
    columns: tuple[BulkColumn, ...]


def routes(blp: Blueprint, desk: Desk) -> None:
    """`GET /v1/items/{item}/template` and `POST /v1/items/{item}/rows`."""
    room = desk.room
    binary = {"schema": {"type": "string", "format": "binary"}}
    given = {"description": "A spreadsheet to fill in.", "content": {SHEET: binary}}
    body = {
        "required": True,
        "description": f"The template, filled in; at most {SHEET_BYTES} bytes.",
        "content": {SHEET: binary, _ANY: binary},
    }

    @blp.get("/<item>/template")
    @blp.arguments(SectionQuery, location="query")
    @blp.doc(responses={200: given})
    def template(query: dict[str, Any], item: str) -> Response:
        """A spreadsheet with a column for each question of a section that repeats."""
        found = section_of(applied_for(found_item(room, item)).text, query.get("section"))
        response = Response(bulk_template(found), content_type=SHEET)
        name = quote(f"{item} {found.group.name}模板.xlsx")
        response.headers["Content-Disposition"] = (
            f"attachment; filename={item}-{found.group.code}.xlsx; filename*=UTF-8''{name}"
        )
        return response

    @blp.post("/<item>/rows")
    @blp.arguments(SectionQuery, location="query")
    @blp.doc(requestBody=body)
    @blp.response(200, EntriesReadSchema)
    @body_limit(SHEET_BYTES)
    def rows(query: dict[str, Any], item: str) -> Response:
        """Read a filled-in template: its rows as entries of the form, or all that is wrong."""
        found = section_of(applied_for(found_item(room, item)).text, query.get("section"))
        entries = entries_read(found, room.blobs.looker.rows(raw_body()), local_day(room.now()))
        return answered({"item": item, "section": found.group.code, "entries": entries})


def section_of(text: ItemText, code: str | None) -> Section:
    """The section that was named, or the first one.

    Raises:
        Problem: 404, the item has no such section that is filled in several times.
    """
    for group, rule in text.with_entries:
        if code in {None, group.code}:
            return Section(text, group, rule, columns_of(text, group))
    raise not_found()


def bulk_template(section: Section) -> bytes:
    """The spreadsheet to fill in: a sheet for the rows, and one that explains the columns."""
    columns = [one.shown for one in section.columns]
    name = section.group.name[:31]
    return sheet_of(name, columns, rows=section.rule.most, about=ABOUT, heads=HEADS)


def entries_read(section: Section, rows: list[Row], today: date) -> list[dict[str, Any]]:
    """The entries that the rows hold.

    Raises:
        Problem: 422 that names everything that is wrong at once, by row and column.
    """
    titles, filled = _titled(section, rows)
    entries: list[dict[str, Any]] = []
    places: list[int] = []
    wrong: list[FieldError] = []
    for number, cells in filled:
        read: list[tuple[BulkColumn, str]] = []
        for at, column in titles.items():
            cell = cells[at] if at < len(cells) else None
            if isinstance(cell, dict):
                wrong.append(_cell_error(len(entries), number, column, cell["wrong"]))
                read.append((column, ""))  # it was filled in, and the rest of its answer counts
            elif cell is not None:
                read.append((column, cell))
        entries.append(entry_of(read))
        places.append(number)
    told = {one.pointer for one in wrong}
    faults = faults_of_entries(section.text, section.group, section.rule, entries, today)
    for fault in faults:
        error = _placed(section, places, fault.pointer, fault.said, fault.code)
        if error.pointer not in told:
            wrong.append(error)
    if wrong:
        raise Problem("invalid-fields", errors=wrong)
    return entries


def _titled(section: Section, rows: list[Row]) -> tuple[dict[int, BulkColumn], list[Row]]:
    """By its place each column that the first row names, and the rows below it.

    Raises:
        Problem: 422, a title is missing, unknown or there twice.
    """
    number, first = rows[0] if rows else (1, [])
    known = {_plain(one.title): one for one in section.columns}
    titles: dict[int, BulkColumn] = {}
    wrong = []
    for at, cell in enumerate(first):
        title = cell if isinstance(cell, str) else ""
        column = known.get(_plain(title))
        if column is None or column in titles.values():
            wrong.append(_title_error(number, at, title, "unknown-column"))
        else:
            titles[at] = column
    missing = [one for one in section.columns if one.must and one not in titles.values()]
    wrong += [_title_error(number, None, one.title, "missing-column") for one in missing]
    if wrong:
        raise Problem("invalid-fields", errors=wrong)
    return titles, rows[1:]


def _plain(title: str) -> str:
    return "".join(title.split()).replace("(", "（").replace(")", "）")


def _title_error(number: int, at: int | None, title: str, code: str) -> FieldError:
    said = CELLS[code]
    where = "" if at is None else letters(at)
    zh, en = (text.format(row=number, column=where, title=title) for text in said)
    return FieldError(f"/rows/{number}", en, code, zh)


def _cell_error(entry: int, number: int, column: BulkColumn, code: str) -> FieldError:
    zh, en = (text.format(row=number, title=column.title) for text in CELLS[code])
    return FieldError(f"/{entry}{column.pointer}", en, code, zh)


def _placed(
    section: Section, places: list[int], pointer: str, said: Words, code: str
) -> FieldError:
    """A fault of the entries, with the row and the column where it stands in the spreadsheet."""
    within = pointer.removeprefix(f"/facts/{section.group.code}")
    entry, _, rest = within.removeprefix("/").partition("/")
    if not entry.isdigit():
        return FieldError(within or "/", said.en, code, said.zh)
    column = next(_columns_at(section, f"/{rest}"), None)
    title = column.title if column else ""
    row = places[int(entry)]
    told = Words(
        f"第{row}行“{title}”：{_without_title(said.zh, column)}", f"Row {row}, {title}: {said.en}"
    )
    return FieldError(within, told.en, code, told.zh)


def _columns_at(section: Section, within: str) -> Iterator[BulkColumn]:
    """The column of this answer; the first one of an answer of several parts."""
    yield from (one for one in section.columns if one.pointer == within)
    yield from (one for one in section.columns if one.pointer.startswith(f"{within}/"))


def _without_title(text: str, column: BulkColumn | None) -> str:
    """The sentence without the name of the question before it, which the column says."""
    return text.removeprefix(f"{column.fact.name}：") if column else text
