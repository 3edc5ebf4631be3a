"""A spreadsheet that somebody filled in: the rows of its first sheet. Runs in the child alone.

Values alone are read: a formula is told and not worked out, and what is no table (macros, links to
other files, embedded objects) is refused before the sheet is opened.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook

from shared.files.limits import MOST_COLUMNS, MOST_ROWS, MOST_SHEET_PARTS, MOST_UNPACKED
from shared.files.refused import FileRefused

ACTIVE = ("vbaproject", "externallinks/", "embeddings/", "activex/", "macrosheets/", "connections")
FORMULA, LOST_DIGITS = "formula", "lost-digits"
EXACT = 10**15  # a larger number of a spreadsheet has lost its last digits


def warm_up() -> None:
    """Read one: what that imports cannot be had when no file can be opened."""
    file = io.BytesIO()
    Workbook().save(file)
    rows_read(file.getvalue())


def rows_read(content: bytes) -> dict[str, Any]:
    """Each row that holds something: its number from 1, and its cells as text.

    A cell is a text, null, or `{"wrong": code}`. A day is written YYYY-MM-DD.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make the reader raise.
    """
    must_be_a_table(content)
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    rows = [[number, cells] for number, cells in _rows(book.worksheets[0])]
    if len(rows) > MOST_ROWS + 1:
        raise FileRefused("rows", rows=len(rows) - 1)
    return {"rows": rows}


def must_be_a_table(content: bytes) -> None:
    """Refuse by its table of contents what is no spreadsheet, is too large, or holds programs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise FileRefused("no-sheet") from error
    names = [one.filename.lower() for one in parts]
    if "xl/workbook.xml" not in names:
        raise FileRefused("no-sheet")
    if len(parts) > MOST_SHEET_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise FileRefused("costly")
    if any(mark in name for name in names for mark in ACTIVE):
        raise FileRefused("programs")


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """What stands in the rows, while they are no more than are taken."""
    sheet.reset_dimensions()  # what the file says of its size is not believed
    found = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(one) for one in row[: MOST_COLUMNS + 1]]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise FileRefused("columns")
        if cells:
            found += 1
            yield number, cells
        if found > MOST_ROWS + 1:
            return


def _cell(cell: Any) -> Any:
    value = cell.value
    if cell.data_type == "f":
        return {"wrong": FORMULA}
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):  # of a day with its time, the day
        return value.isoformat()[:10]
    if isinstance(value, int | float):
        return _number(value)
    return None if value is None else str(value).strip() or None


def _number(value: float) -> Any:
    if abs(value) >= EXACT:
        return {"wrong": LOST_DIGITS}
    return str(int(value)) if value == int(value) else repr(value)
