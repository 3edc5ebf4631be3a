"""Somebody applies, page by page: what is typed is kept, told what is wrong, and submitted once."""

import io
import json
import random

import httpx
import pytest

from deploy.demo import people
from services.portal.applying.drafts import FormDraft
from tests.support.forms_filled import filled_in, forms
from tests.support.made_up import numbered
from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import at_case, refuses
from tests.support.portal_world import PAGES

ITEM = "/apply/000-01"
PNG = b"\x89PNG made up"
# That the card can be reissued online.
ONLINE = {f"facts.{code}": "yes" if answer else "no" for code, answer in people.FACTS.items()}
NUMBER = numbered("650102", "19900101")


def begin(applying: Applying) -> None:
    """Agree to the guide and answer the questions of 000-01, up to who applies."""
    applying.agree("000-01")
    assert applying.at == f"{ITEM}/facts-lost-on"
    day = {"year": "2026", "month": "11", "day": "18"}
    applying.send(**{f"facts.lost-on.{part}": value for part, value in day.items()})
    assert applying.at == f"{ITEM}/facts-online-conditions"
    applying.send(**ONLINE)
    assert applying.at == f"{ITEM}/applicant"


def fill_in(applying: Applying) -> None:
    """Answer every page of 000-01 but the check."""
    begin(applying)
    applying.send(
        **{
            "applicant.name": "张𠮷·样例",
            "applicant.id_kind": "resident-id",
            "applicant.id_number": NUMBER,
        }
    )
    applying.send(**{"applicant.phone": "13900001111", "applicant.email": ""})
    applying.send(representation="self")
    picture = (io.BytesIO(PNG), "register.png")
    applying.send(do="upload", **{"materials.household-register": picture})
    applying.send()
    applying.send(delivery_address="样例街1号")


def test_an_application_is_filled_in_page_by_page_checked_and_submitted(applying: Applying) -> None:
    at_case(applying)
    fill_in(applying)
    assert applying.at == f"{ITEM}/check"
    for said in ("张𠮷·样例", NUMBER, "13900001111", "已上传 1 张图片", "样例街1号", "40.00"):
        assert said in applying.page, said
    page = applying.send(declared="yes")
    assert applying.at == f"/cases/{CASE}/submitted"
    assert "20261130650102000018" in page
    assert list(applying.cases.values()) == [
        {
            "item": "000-01",
            "channel": "online",
            "declared": True,
            "applicant": {
                "name": "张𠮷·样例",
                "id_kind": "resident-id",
                "id_number": NUMBER,
                "phone": "13900001111",
            },
            "delivery": "post",
            "materials": [{"code": "household-register", "blob": "blob-1"}],
            "delivery_address": "样例街1号",
            "facts": {"lost-on": "2026-11-18", **people.FACTS},
            "guide": guide_of_card(applying),
        }
    ]
    assert not applying.world.drafts.kept


def guide_of_card(applying: Applying) -> dict[str, str]:
    """The guide as the API names it."""
    answer = applying.world.said["/v1/items/000-01/form"]
    form = answer(httpx.Request("GET", "https://intake/v1/items/000-01/form")).json()
    return {"version": form["version"], "content_hash": form["content_hash"]}


@pytest.mark.requirement("R-015")
def test_a_form_that_is_opened_at_once_leads_to_the_guide_and_goes_on_when_it_is_agreed_to(
    applying: Applying,
) -> None:
    at_case(applying)
    for path in (ITEM, f"{ITEM}/facts-lost-on", f"{ITEM}/check"):
        page = applying.open(path)
        assert applying.at == "/items/000-01", path
        assert "请先阅读本页的办事须知" in page
    applying.send("/items/000-01/agreement")
    assert applying.at == f"{ITEM}/facts-lost-on"
    fill_in(applying)
    applying.send(declared="yes")
    (body,) = applying.cases.values()
    assert body["guide"] == guide_of_card(applying)


@pytest.mark.requirement("R-015")
def test_a_draft_goes_on_under_the_guide_that_it_began_under_and_not_under_another(
    applying: Applying,
) -> None:
    begin(applying)
    applying.send(do="later", **{"applicant.name": "张三丰"})
    again = Applying(applying.world, applying.world.browser())
    applying.world.sign_in(again.browser)
    again.open(ITEM)
    assert again.at == f"{ITEM}/applicant"
    changes_its_guide(applying)
    token = again.page.split('name="token" value="')[1].split('"')[0]
    said = {"token": token, "do": "continue", "applicant.name": "张三疯"}
    answer = again.browser.post(f"{ITEM}/applicant", data=said, base_url=PAGES)
    assert answer.location == "/items/000-01?first=yes"
    assert "须知有更新的，需要重新阅读并同意" in again.open(answer.location)
    again.send("/items/000-01/agreement")
    assert again.at == f"{ITEM}/applicant"
    assert "张三疯" in again.page
    assert not again.cases


def changes_its_guide(applying: Applying) -> None:
    """Let the card have another edition from now on."""
    said = applying.world.said
    for end in ("", "/form"):
        path = f"/v1/items/000-01{end}"
        told = said[path](httpx.Request("GET", f"https://intake{path}")).json()
        applying.world.answers(path, {**told, "content_hash": "cd" * 32})


def test_a_guide_that_changed_meanwhile_is_read_again_before_anything_comes_in(
    applying: Applying,
) -> None:
    fill_in(applying)
    page = applying.send(declared="yes", guide="ab" * 32)
    assert "办事须知刚刚更新" in page
    assert not applying.cases
    refuses(applying, "/v1/cases", "guide-changed", 409)
    assert "办事须知刚刚更新" in applying.send(declared="yes")


def test_a_day_is_shown_as_people_write_it(applying: Applying) -> None:
    fill_in(applying)
    assert "2026 年 11 月 18 日" in applying.page
    assert "2026-11-18" not in applying.page
    applying.browser.set_cookie("language", "en", domain="pages.test")
    assert "18 November 2026" in applying.open(f"{ITEM}/check")


def test_the_way_of_delivery_is_shown_once(applying: Applying) -> None:
    fill_in(applying)  # there is one way: nobody was asked
    assert applying.page.count("送达方式") == 1
    form = next(one for one in forms() if one["item"] == "000-13")
    typed = dict(filled_in(form, random.Random(5)))  # noqa: S311
    applying.keep(FormDraft("000-13", "key", typed=typed))
    page = applying.agree("000-13")
    assert applying.at == "/apply/000-13/check"
    assert "办理结果怎样送达？" in page
    assert "送达方式" not in page


def test_who_pays_the_postage_is_said_where_the_address_is_asked_for(applying: Applying) -> None:
    fill_in(applying)
    assert "签收时支付（到付）" in applying.open(f"{ITEM}/address")


def test_a_charge_that_nobody_published_is_told_the_same_by_guide_and_check(
    applying: Applying,
) -> None:
    form = next(one for one in forms() if one["item"] == "003-023")
    typed = dict(filled_in(form, random.Random(5)))  # noqa: S311
    applying.keep(FormDraft("003-023", "key", typed=typed))
    assert "收费标准未公布，未公布的不收取" in applying.open("/items/003-023")
    page = applying.agree("003-023")
    assert applying.at == "/apply/003-023/check"
    assert "收费标准未公布，未公布的不收取" in page
    assert "办理本事项不收费" not in page


def test_without_the_declaration_nothing_is_submitted(applying: Applying) -> None:
    fill_in(applying)
    page = applying.send()
    assert "提交前请勾选声明。" in page
    assert 'href="#declared"' in page
    assert not applying.cases


def test_errors_stand_beside_their_inputs_with_what_was_typed(applying: Applying) -> None:
    begin(applying)
    page = applying.send(
        **{
            "applicant.name": "<b>张三</b>",
            "applicant.id_kind": "resident-id",
            "applicant.id_number": "650102199001010001",
        }
    )
    assert applying.at == f"{ITEM}/applicant"
    assert 'href="#applicant-id_number"' in page
    assert 'id="applicant-id_number-error"' in page
    assert "650102199001010001" in page
    assert "&lt;b&gt;张三&lt;/b&gt;" in page
    assert page.count('class="govuk-error-message"') == 1
    page = applying.send(**{"applicant.name": "", "applicant.id_kind": "resident-id"})
    assert page.count('class="govuk-error-message"') == 2
    assert "姓名：请填写此项。" in page


def test_a_child_is_told_beside_the_question_who_acts(applying: Applying) -> None:
    begin(applying)
    applying.send(
        **{
            "applicant.name": "小样例",
            "applicant.id_kind": "resident-id",
            "applicant.id_number": numbered("650102", "20201231"),
        }
    )
    applying.send(**{"applicant.phone": "13900001111"})
    page = applying.send(representation="self")
    assert applying.at == f"{ITEM}/acting"
    assert "由监护人代为申请" in page
    applying.send(representation="guardian")
    assert applying.at == f"{ITEM}/representative"


def test_what_was_typed_is_there_the_next_day_and_in_no_plain_row(applying: Applying) -> None:
    begin(applying)
    applying.send(do="later", **{"applicant.name": "张三丰", "applicant.id_number": "65010"})
    assert applying.at == "/cases"
    assert "居民身份证的丢失补领业务" in applying.page
    (row,) = applying.world.drafts.kept.values()
    kept = repr(row)
    for secret in ("张三丰", "65010", "000-01", "local-applicant"):
        assert secret not in kept
    again = Applying(applying.world, applying.world.browser())
    applying.world.sign_in(again.browser)
    again.open(ITEM)
    assert "张三丰" in again.page
    other = Applying(applying.world, applying.world.browser())
    applying.world.sign_in(other.browser, "neighbour")
    assert "张三丰" not in other.agree("000-01")


def test_a_draft_that_is_given_up_is_gone(applying: Applying) -> None:
    begin(applying)
    applying.send(do="later", **{"applicant.name": "张三丰"})
    applying.send(f"{ITEM}/discard")
    assert applying.at == "/cases"
    assert not applying.world.drafts.kept


def test_with_intake_away_what_was_typed_is_kept(applying: Applying) -> None:
    applying.agree("000-01")
    answers = {**applying.world.said}
    applying.world.said.clear()
    token = applying.page.split('name="token" value="')[1].split('"')[0]
    said = {"token": token, "do": "continue", "applicant.name": "张三丰"}
    away = applying.browser.post(f"{ITEM}/applicant", data=said, base_url="http://pages.test")
    assert away.status_code == 503
    applying.world.said.update(answers)
    assert "张三丰" in applying.open(f"{ITEM}/applicant")


def test_a_second_click_makes_no_second_case(applying: Applying) -> None:
    at_case(applying)
    fill_in(applying)
    kept = {name: dict(row) for name, row in applying.world.drafts.kept.items()}
    page, at = applying.page, applying.at
    applying.send(declared="yes")
    applying.world.drafts.kept.update(kept)
    applying.page, applying.at = page, at
    applying.send(declared="yes")
    assert len(applying.cases) == 1


def test_an_application_that_came_in_before_it_was_changed_leaves_no_draft(
    applying: Applying,
) -> None:
    fill_in(applying)
    refuses(applying, "/v1/cases", "key-reused", 422)
    page = applying.send(declared="yes")
    assert applying.at == "/cases"
    assert "此前已经提交成功" in page
    assert not applying.world.drafts.kept
    applying.open(ITEM)
    assert applying.at == f"{ITEM}/facts-lost-on"


def test_a_picture_that_is_none_is_told_beside_its_input(applying: Applying) -> None:
    fill_in(applying)
    applying.open(f"{ITEM}/materials-household-register")
    wrong = (io.BytesIO(b"%PDF-1.7"), "a.pdf")
    page = applying.send(do="upload", **{"materials.household-register": wrong})
    assert "文件有两页，最多一页。" in page
    assert 'id="materials-household-register-error"' in page
    page = applying.send(do="take-out:materials.household-register:blob-1")
    assert "图片 1" not in page


def test_a_refusal_at_the_end_leads_to_the_page_it_is_about(applying: Applying) -> None:
    fill_in(applying)
    fault = {
        "pointer": "/delivery_address",
        "code": "text-invisible",
        "detail": "No.",
        "detail_zh": "地址中有看不见的字符。",
    }
    applying.world.answers(
        "/v1/cases",
        {"type": "urn:caseledger:problem:invalid-fields", "errors": [fault]},
        status=422,
    )
    page = applying.send(declared="yes")
    assert f'href="{ITEM}/address#delivery_address"' in page
    assert "地址中有看不见的字符。" in page


def test_an_item_for_the_counter_alone_is_not_applied_for_here(applying: Applying) -> None:
    form = json.loads(
        applying.world.said["/v1/items/000-01/form"](
            httpx.Request("GET", "http://intake.test/v1/items/000-01/form")
        ).content
    )
    form["schema"]["properties"]["channel"]["enum"] = ["counter"]
    applying.world.answers("/v1/items/000-01/form", form)
    assert "本事项不能在网上申请" in applying.open(ITEM)


def test_what_was_typed_too_late_is_there_after_the_sign_in(applying: Applying) -> None:
    begin(applying)
    assert "张三丰" in applying.too_late(**{"applicant.name": "张三丰"})


def test_an_item_that_is_not_there_is_no_page(applying: Applying) -> None:
    refuses(applying, "/v1/items/none/form", "not-found", 404)
    for item in ("none", "..", "a%3Fb", "%01"):
        answer = applying.browser.get(f"/apply/{item}", base_url=PAGES)
        assert (answer.status_code, "没有这个页面" in answer.text) == (404, True), item


def test_the_english_pages_say_the_same(applying: Applying) -> None:
    at_case(applying)
    applying.browser.set_cookie("language", "en", domain="pages.test")
    fill_in(applying)
    assert "Check your answers" in applying.page
    assert "Reissue of a lost resident identity card" in applying.page
    applying.send(declared="yes")
    assert "Application submitted" in applying.page
