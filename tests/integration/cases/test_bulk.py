"""Many at once (批量报盘): a template filled in, its rows as entries, the application (R-065)."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.intake.items.bulk import SHEET
from shared.config import Databases
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
ITEM, SECTION = "003-004", "employees"
NUMBER = "999999199001010016"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


def template(client: Client, item: str = ITEM, user: str = "applicant") -> Any:
    given = client.get(f"/v1/items/{item}/template", user)
    assert (given.status_code, given.mimetype) == (200, SHEET)
    return load_workbook(io.BytesIO(given.data))


def filled(book: Any, *rows: list[Any]) -> bytes:
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sent(client: Client, content: bytes, item: str = ITEM, user: str = "applicant") -> Any:
    return client.app.test_client().post(
        f"/v1/items/{item}/rows",
        data=content,
        content_type=SHEET,
        headers=client.world.headers(user),
    )


@pytest.mark.requirement("R-065")
def test_a_template_is_given_filled_in_and_read_as_entries_of_the_form(client: Client) -> None:
    book = template(client)
    titles = [one.value for one in book.worksheets[0][1]]
    assert titles == [
        "职工（姓名）",
        "职工（证件种类）",
        "职工（证件号码）",
        "职工（电话）",
        "断缴期间月缴费工资",
    ]
    assert "必填" in [one.value for one in book.worksheets[1]["B"]]
    content = filled(
        book,
        ["张三", None, NUMBER, None, "4200.50"],
        ["李四", "居民身份证", NUMBER, "13900001111", 5000],
    )
    read = sent(client, content)
    assert read.status_code == 200, read.json
    assert (read.json["item"], read.json["section"]) == (ITEM, SECTION)
    assert read.json["entries"] == [
        {"employee": {"name": "张三", "id_number": NUMBER}, "monthly-wage": "4200.50"},
        {
            "employee": {
                "name": "李四",
                "id_kind": "resident-id",
                "id_number": NUMBER,
                "phone": "13900001111",
            },
            "monthly-wage": "5000",
        },
    ]
    facts = {SECTION: read.json["entries"]}
    told = client.post(f"/v1/items/{ITEM}/check", {"facts": facts}).json
    refused = [one["pointer"] for one in told["refused"]]
    assert not [one for one in refused if one.startswith(f"/facts/{SECTION}")]


@pytest.mark.requirement("R-065")
def test_everything_that_is_wrong_is_told_at_once_by_row_and_column(client: Client) -> None:
    content = filled(
        template(client),
        ["张三", None, "123", None, "4200"],
        [None, None, NUMBER, None, "=1+1"],
        [],
        ["李四", None, int(NUMBER), "12", "many"],
    )
    refused = sent(client, content)
    assert refused.status_code == 422, refused.json
    told = [one["detail_zh"] for one in refused.json["errors"]]
    for said in (
        "第2行“职工（证件号码）”：",
        "第3行“职工（姓名）”：须填写姓名",
        "第3行“断缴期间月缴费工资”：单元格里是公式",
        "第5行“职工（证件号码）”：号码被当作数字保存",
        "第5行“职工（电话）”：",
        "第5行“断缴期间月缴费工资”：须为数字",
    ):
        assert any(one.startswith(said) for one in told), (said, told)
    assert all(one["detail"] for one in refused.json["errors"])


def test_what_is_no_template_is_refused_in_both_languages(client: Client) -> None:
    none = sent(client, b"name,number\n")
    assert (none.status_code, none.json["errors"][0]["code"]) == (422, "no-sheet")
    assert "请下载模板" in none.json["errors"][0]["detail_zh"]
    book = template(client)
    book.worksheets[0]["A1"] = "名字"
    wrong = sent(client, filled(book, ["张三"]))
    codes = [one["code"] for one in wrong.json["errors"]]
    assert codes == ["unknown-column", "missing-column"]
    empty = sent(client, filled(template(client), *([["张三"]] * 51)))
    assert "entries-count" in [one["code"] for one in empty.json["errors"]]


def test_an_item_without_such_a_section_has_no_template(client: Client) -> None:
    assert client.get("/v1/items/000-01/template").status_code == 404
    assert client.get(f"/v1/items/{ITEM}/template?section=no-such").status_code == 404
    assert sent(client, b"", "000-01").status_code == 404


@pytest.mark.parametrize("item", ["004-023", "004-045"])
def test_the_items_that_print_a_bulk_template_have_it(client: Client, item: str) -> None:
    """《批量补收报盘模板》, 《批量退款报盘模板》: an officer reads the disk that a unit brings."""
    titles = [one.value for one in template(client, item, "officer").worksheets[0][1]]
    assert titles[0] == "职工（姓名）"
    dates = ["2025年1月1日", "2025/3/31"]
    content = filled(template(client, item), ["张三", None, NUMBER, None, *dates])
    read = sent(client, content, item, "officer")
    assert read.status_code == 200, read.json
    values = [str(one) for one in read.json["entries"][0].values()]
    assert {"2025-01-01", "2025-03-31"} <= set(values)
