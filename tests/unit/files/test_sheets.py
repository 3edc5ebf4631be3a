"""A spreadsheet is opened within limits, for its values alone; one to fill in is made.

Each file is opened by the real child process.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from shared.files import FileRefused, Looker
from shared.files.limits import MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED
from shared.files.sheet_made import SheetColumn, letters, sheet_of
from shared.files.sheets import must_be_a_table


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes = b"x") -> bytes:
    file = io.BytesIO(sheet(["a"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return file.getvalue()


def refused(look: Callable[[], object]) -> str:
    with pytest.raises(FileRefused) as told:
        look()
    assert told.value.zh
    return told.value.code


def test_values_are_read_as_texts_with_the_numbers_of_their_rows() -> None:
    content = sheet(
        ["姓名", "日期", "金额"],
        [" 张三 ", date(2026, 3, 2), 12.5],
        [],
        ["李四", datetime(2026, 3, 2, 9, 30), 7],  # noqa: DTZ001 - a spreadsheet knows no zone
        [True, None, 5000.0],
        [None, "  "],
    )
    assert Looker().rows(content) == [
        (1, ["姓名", "日期", "金额"]),
        (2, ["张三", "2026-03-02", "12.5"]),
        (4, ["李四", "2026-03-02", "7"]),
        (5, ["是", None, "5000"]),
    ]


def test_a_formula_is_not_worked_out_and_a_number_that_lost_digits_is_told() -> None:
    content = sheet(["a"], ["=1+1", 999999199001010016, '=HYPERLINK("http://x")'])
    formula, lost = {"wrong": "formula"}, {"wrong": "lost-digits"}
    assert Looker().rows(content)[1] == (2, [formula, lost, formula])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no-sheet"),
        (b"name,number\n", "no-sheet"),
        (sheet(["a"])[:-200], "no-sheet"),
        (with_part("xl/vbaProject.bin"), "programs"),
        (with_part("xl/externalLinks/externalLink1.xml"), "programs"),
        (with_part("xl/embeddings/oleObject1.bin"), "programs"),
        (with_part("xl/bomb.xml", bytes(MOST_UNPACKED)), "costly"),
        (sheet(*[["a"]] * (MOST_ROWS + 2)), "rows"),
        (sheet(["a"] * (MOST_COLUMNS + 1)), "columns"),
    ],
    ids=[
        *("empty", "text", "cut off", "macros", "links", "objects"),
        *("bomb", "rows", "columns"),
    ],
)
def test_what_is_no_plain_table_is_refused(content: bytes, code: str) -> None:
    assert refused(lambda: Looker().rows(content)) == code


def test_an_archive_without_a_workbook_and_one_of_many_parts_are_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("word/document.xml", "x")
    assert refused(lambda: must_be_a_table(file.getvalue())) == "no-sheet"
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("xl/workbook.xml", "x")
        for number in range(100):
            packed.writestr(f"{number}", "x")
    assert refused(lambda: must_be_a_table(file.getvalue())) == "costly"


def test_entities_that_grow_without_end_end_the_child_alone() -> None:
    """A billion laughs in the sheet itself."""
    declared = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{declared}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&l11;</t></is></c></row></sheetData></worksheet>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(["a"]))) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            new.writestr(one, bomb if one.endswith("sheet1.xml") else old.read(one))
    looker = Looker()
    assert refused(lambda: looker.rows(made.getvalue())) in {"broken", "costly"}
    assert looker.rows(sheet(["a"])) == [(1, ["a"])]


def test_a_sheet_to_fill_in_has_titles_lists_and_what_explains_them() -> None:
    columns = (
        SheetColumn("姓名", (), ("必填", "与证件一致 & <不加空格>")),
        SheetColumn("险种", ("养老", "失业"), ("选填", "选填其一")),
        SheetColumn("地点", tuple(f"地点{n:03}" for n in range(100)), ("选填", "")),
    )
    made = sheet_of("职工", columns, rows=50, about="填写说明", heads=("列", "必填", "说明"))
    assert made == sheet_of(
        "职工", columns, rows=50, about="填写说明", heads=("列", "必填", "说明")
    )
    book = load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["职工", "填写说明"]
    assert [one.value for one in book["职工"][1]] == ["姓名", "险种", "地点"]
    assert [one.value for one in book["填写说明"][2]] == ["姓名", "必填", "与证件一致 & <不加空格>"]
    (picked,) = book["职工"].data_validations.dataValidation
    assert (picked.formula1, str(picked.sqref)) == ('"养老,失业"', "B2:B51")
    assert book["职工"].column_dimensions["A"].number_format == "@"
    assert Looker().rows(made) == [(1, ["姓名", "险种", "地点"])]


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_a_column_is_named_by_letters(column: int, name: str) -> None:
    assert letters(column) == name
