"""Rows of a spreadsheet as entries of the form, or all that is wrong by row and column (R-065)."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from services.intake.items.bulk import Section, bulk_template, entries_read, section_of
from shared.catalogue import packaged_catalogue
from shared.http import Problem
from tests.support.items_given import item

TODAY = date(2026, 11, 30)
NUMBER = "999999199001010016"
ITEM = item(
    groups=[
        {
            "code": "people",
            "name": "人员名单",
            "data_class": "third-person",
            "entries": {"name": "人员", "least": 1, "most": 3},
        },
        {"code": "rooms", "name": "房间", "entries": {"name": "房间", "most": 2}},
    ],
    facts=[
        {"code": "who", "name": "职工", "type": "person", "group": "people"},
        {"code": "since", "name": "入职日期", "type": "date", "group": "people"},
        {
            "code": "months",
            "name": "月数",
            "type": "integer",
            "least": 1,
            "most": 12,
            "unit": "个月",
            "group": "people",
            "required": False,
        },
        {
            "code": "wage",
            "name": "月工资",
            "type": "decimal",
            "group": "people",
            "required": False,
        },
        {
            "code": "insured",
            "name": "险种",
            "type": "several",
            "choices": [{"code": "a", "name": "养老"}, {"code": "b", "name": "失业"}],
            "group": "people",
            "required": False,
        },
        {
            "code": "kind",
            "name": "用工形式",
            "type": "choice",
            "choices": [{"code": "full", "name": "全日制"}, {"code": "part", "name": "非全日制"}],
            "group": "people",
            "required": False,
        },
        {
            "code": "trained",
            "name": "参加培训",
            "type": "boolean",
            "group": "people",
            "required": False,
        },
        {"code": "room", "name": "房间号", "type": "text", "group": "rooms"},
    ],
)
TITLES = [
    *("职工（姓名）", "职工（证件种类）", "职工（证件号码）", "职工（电话）"),
    *("入职日期", "月数", "月工资", "险种", "用工形式", "参加培训"),
]
WHOLE = ["张三", None, NUMBER, None, "2026-03-02", "3", "1,200.50", "养老、失业", "全日制", "是"]


def section(code: str | None = None) -> Section:
    return section_of(ITEM.text, code)


def read(*rows: list[Any], titles: list[Any] | None = None) -> list[dict[str, Any]]:
    numbered = [(n, row) for n, row in enumerate([titles or TITLES, *rows], 1)]
    return entries_read(section(), numbered, TODAY)


def wrong(*rows: list[Any], titles: list[Any] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as refused:
        read(*rows, titles=titles)
    errors = refused.value.errors
    assert all(one.detail and one.detail_zh for one in errors)
    return [(one.pointer, one.detail_zh) for one in errors]


def test_a_template_has_a_column_for_each_part_of_each_question() -> None:
    book = load_workbook(io.BytesIO(bulk_template(section())))
    assert book.sheetnames == ["人员名单", "填写说明"]
    assert [one.value for one in book.worksheets[0][1]] == TITLES
    told = {row[0].value: (row[1].value, row[2].value) for row in book.worksheets[1].iter_rows()}
    assert told["职工（姓名）"][0] == "必填"
    assert told["职工（证件种类）"][0] == "选填"
    assert told["月数"] == ("选填", "填写整数，单位：个月。")
    assert "用顿号分开：养老、失业" in str(told["险种"][1])
    assert [
        one.value for one in load_workbook(io.BytesIO(bulk_template(section("rooms"))))["房间"][1]
    ] == ["房间号"]


@pytest.mark.requirement("R-065")
def test_rows_are_read_as_the_form_states_them() -> None:
    (entry,) = read(WHOLE)
    assert entry == {
        "who": {"name": "张三", "id_number": NUMBER},
        "since": "2026-03-02",
        "months": 3,
        "wage": "1200.50",
        "insured": ["a", "b"],
        "kind": "full",
        "trained": True,
    }


@pytest.mark.parametrize(
    "typed", ["2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日", "20260302", "2026年03月02日"]
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    (entry,) = read([*WHOLE[:4], typed])
    assert entry["since"] == "2026-03-02"


def test_columns_may_stand_in_another_order_and_be_left_out_where_they_may_be_empty() -> None:
    titles = ["入职日期", " 职工(证件号码) ", "职工（姓名）"]
    (entry,) = read(["2026-03-02", NUMBER, "张三"], titles=titles)
    assert entry == {"who": {"name": "张三", "id_number": NUMBER}, "since": "2026-03-02"}


@pytest.mark.requirement("R-065")
def test_everything_wrong_is_told_at_once_by_row_and_column() -> None:
    formula, lost = {"wrong": "formula"}, {"wrong": "lost-digits"}
    found = wrong(
        [None, None, lost, None, "2026-02-30", "13", "x", "工伤", "临时", "也许"],
        ["张三", "学生证", "123", "1", None, formula],
    )
    said = [text for _, text in found]
    for start in (
        "第2行“职工（姓名）”：须填写姓名",
        "第2行“职工（证件号码）”：号码被当作数字保存",
        "第2行“入职日期”：须为日期",
        "第2行“月数”：须在1至12个月之间",
        "第2行“月工资”：须为数字",
        "第2行“险种”：",
        "第2行“用工形式”：请选择其一：全日制、非全日制",
        "第2行“参加培训”：须选择是或者否",
        "第3行“职工（证件种类）”：",
        "第3行“职工（电话）”：",
        "第3行“入职日期”：须填写：入职日期",
        "第3行“月数”：单元格里是公式",
    ):
        assert any(one.startswith(start) for one in said), (start, said)
    assert ("/1/months", "第3行“月数”：单元格里是公式，请改为填写数值或者文字本身。") in found
    assert len({(pointer, text) for pointer, text in found}) == len(found)


def test_too_many_rows_and_none_are_told() -> None:
    assert wrong(*[WHOLE] * 4) == [("/", "须填写1至3项人员。")]
    assert wrong() == [("/", "须填写1至3项人员。")]


def test_other_titles_than_those_of_the_template_are_told_before_the_rows() -> None:
    found = wrong(["x"], titles=["职工（姓名）", "年龄", None, "职工（姓名）"])
    said = [text for _, text in found]
    assert said[0].startswith("第1行第B列：“年龄”不是模板里的列")
    assert [text for text in said if "缺少" in text] == [
        "第1行：缺少“职工（证件号码）”这一列。请使用下载的模板，不要删除列。",
        "第1行：缺少“入职日期”这一列。请使用下载的模板，不要删除列。",
    ]


def test_every_section_that_repeats_has_a_template_with_titles_of_its_own() -> None:
    catalogue = packaged_catalogue()
    met = 0
    for one in catalogue.items():
        text = one.text
        for group, _ in text.with_entries:
            found = section_of(text, group.code)
            titles = [column.title for column in found.columns]
            assert titles
            assert len(set(titles)) == len(titles), (text.id, titles)
            assert bulk_template(found).startswith(b"PK")
            met += 1
    assert met > 20


@pytest.mark.parametrize("id_", ["004-008", "004-023", "004-045"])
def test_what_prints_a_bulk_template_asks_for_no_upload_of_it(id_: str) -> None:
    text = packaged_catalogue().item(id_).text
    assert any(one.kind == "bulk-upload" for one in text.modifiers)
    assert isinstance(text.materials, tuple)
    (template,) = [one for one in text.materials if "模板" in one.name]
    assert template.question
    assert bool(text.with_entries) == (id_ != "004-008")
