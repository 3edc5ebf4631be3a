"""The choice of an office, where a source prints 146 of them: a list by regions, nothing needed."""

import html
import random
import re

import pytest

from services.intake.items.form import form_document
from services.portal.applying.drafts import FormDraft
from services.portal.forms.drawing import pages_of
from services.portal.forms.filling import application_of
from services.portal.forms.parts import NO_OFFICE
from shared.catalogue import packaged_catalogue
from shared.jurisdiction import packaged_jurisdiction
from tests.support.forms_filled import filled_in, form_of
from tests.support.portal_applying import Applying

PASS, ONE = "000-24", "004-001"
POINT = "public-security-650102-1"


def at_the_offices(applying: Applying) -> str:
    """The page of the offices, as if the pass were applied for online; the rest is answered."""
    item = packaged_catalogue().item(PASS)
    form = form_document(item, packaged_jurisdiction(), version="1")
    form["schema"]["properties"]["channel"]["enum"] = ["online"]
    applying.world.answers(f"/v1/items/{PASS}/form", form)
    typed = filled_in(form, random.Random(3))  # noqa: S311
    del typed["office"]
    applying.keep(FormDraft(PASS, "key", typed=typed))
    applying.agree(PASS)
    return applying.open(f"/apply/{PASS}/office")


@pytest.mark.requirement("R-227")
def test_146_offices_are_one_list_in_16_regions_and_none_need_be_chosen(applying: Applying) -> None:
    page = html.unescape(at_the_offices(applying))
    (listed,) = re.findall(r"<select.*?</select>", page, flags=re.DOTALL)
    options = re.findall(r"<option value=\"([^\"]*)\"[^>]*>([^<]*)<", listed)
    assert options[0] == (NO_OFFICE, "不选择，由新疆维吾尔自治区公安厅安排")
    assert len(options) == 147
    assert len({title for _, title in options}) == 147, "each is told from the others"
    assert len(re.findall(r"<optgroup label=", listed)) == 16
    assert dict(options)[POINT] == (
        "乌鲁木齐市天山区办证点：乌鲁木齐市天山区龙泉街南巷4号政务服务中心"
    )
    assert "<script" not in listed


def test_the_office_that_was_chosen_is_kept_and_applied_to(applying: Applying) -> None:
    at_the_offices(applying)
    applying.send(office=POINT)
    page = applying.open(f"/apply/{PASS}/office")
    assert re.findall(r'<option value="([^"]*)" selected', page) == [POINT]
    wrong = applying.send(office="public-security-652300")
    assert 'id="office-error"' in wrong, "it is no office of the item"


@pytest.mark.parametrize(("chosen", "named"), [(POINT, POINT), (NO_OFFICE, None)])
def test_who_chooses_none_names_none(chosen: str, named: str | None) -> None:
    form = form_of(packaged_catalogue().item(PASS))
    typed = filled_in(form, random.Random(3)) | {"office": (chosen,)}  # noqa: S311
    assert application_of(form, typed, declared=True).get("office") == named


def test_where_there_is_one_office_nobody_is_asked() -> None:
    form = form_of(packaged_catalogue().item(ONE))
    typed = filled_in(form, random.Random(3))  # noqa: S311
    assert "office" not in [page.key for page in pages_of(form, typed)]
    assert "office" not in application_of(form, typed, declared=True)


def test_the_guide_shows_the_places_by_region(applying: Applying) -> None:
    page = html.unescape(applying.open(f"/items/{PASS}"))
    regions = re.findall(r"<span lang=\"zh-Hans\">(\S+)</span> （(\d+) 处）", page)
    assert len(regions) == 16
    assert sum(int(n) for _, n in regions) == 146
    assert ("喀什", "16") in regions
