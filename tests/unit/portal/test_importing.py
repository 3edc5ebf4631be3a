"""A section that repeats is filled in from a spreadsheet, without a script (R-065)."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from services.portal.applying import importing
from services.portal.applying.importing import SHEET
from tests.support.portal_applying import TOKEN, Applying, passed_to
from tests.support.portal_world import PAGES
from tests.unit.intake.test_items_api import World as IntakeWorld

ITEM, KEY = "003-004", "facts-employees"
AT = f"/apply/{ITEM}/{KEY}"
NUMBER = "999999199001010016"


@pytest.fixture
def page(applying: Applying, intake: IntakeWorld) -> Applying:
    """The page of the section, with one person typed already."""
    answer = passed_to(intake.app, lambda: intake.issuer.issue("applicant"))
    for end in ("", "/form", "/check", "/template", "/rows"):
        applying.world.said[f"/v1/items/{ITEM}{end}"] = answer
    applying.agree(ITEM)
    applying.open(AT)
    applying.send(do="add", **{"facts.employees.0.employee.name": "王五"})
    return applying


def template(page: Applying) -> Any:
    given = page.browser.get(f"/apply/{ITEM}/template/employees", base_url=PAGES)
    assert (given.status_code, given.mimetype) == (200, SHEET)
    assert given.headers["Content-Disposition"].startswith("attachment")
    return load_workbook(io.BytesIO(given.data))


def filled(page: Applying, *rows: list[Any]) -> bytes:
    book = template(page)
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def imported(page: Applying, content: bytes) -> str:
    token = TOKEN.search(page.page)
    assert token
    data = {
        "token": token[1],
        "do": "import",
        "facts.employees.0.employee.name": "王五",
        "sheet": (io.BytesIO(content), "x.xlsx"),
    }
    answer = page.browser.post(AT, data=data, base_url=PAGES, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.status_code
    page.page = answer.get_data(as_text=True)
    return page.page


def test_the_page_offers_template_and_file_and_the_rows_are_as_if_typed(page: Applying) -> None:
    assert f'href="/apply/{ITEM}/template/employees"' in page.page
    assert 'enctype="multipart/form-data"' in page.page
    content = filled(
        page,
        ["张三", None, NUMBER, None, "4200.50"],
        ["李四", "护照", "E12345678", "13900001111", 5000],
    )
    shown = imported(page, content)
    assert "govuk-error-message" not in shown
    for said in ("张三", "李四", NUMBER, "E12345678", "13900001111", "4200.50", "5000"):
        assert f'value="{said}"' in shown
    assert "王五" not in shown, "what was typed is replaced"
    typed = page.draft(ITEM).typed
    assert typed["facts.employees.0.employee.id_kind"] == ("resident-id",)
    assert typed["facts.employees.1.employee.id_kind"] == ("passport",)


def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_changed(page: Applying) -> None:
    shown = imported(page, filled(page, ["张三", None, "123", None, "=1+1"]))
    assert "第2行“断缴期间月缴费工资”：单元格里是公式" in shown
    assert "第2行“职工（证件号码）”：" in shown
    assert 'href="#sheet"' in shown
    assert 'value="张三"' not in shown
    assert page.draft(ITEM).typed["facts.employees.0.employee.name"] == ("王五",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "请先选择填写好的电子表格文件"),
        (b"name,number", "请下载模板"),
        (bytes(2001), "超过一兆字节"),
    ],
)
def test_no_file_and_one_that_is_no_spreadsheet_are_told(
    page: Applying, content: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 2000)
    assert said in imported(page, content)


def test_a_section_that_there_is_not_has_no_template(page: Applying) -> None:
    assert page.browser.get(f"/apply/{ITEM}/template/none", base_url=PAGES).status_code == 404
