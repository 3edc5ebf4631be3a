"""With something away each page says what still works, and what was typed is kept."""

import html
import re

import pytest
from werkzeug.test import TestResponse

from services.portal.addresses import SERVICES, service_of
from tests.support.portal_applying import CASE, TOKEN, Applying
from tests.support.portal_cases import at_case, case, progress, takes
from tests.support.portal_world import ADDRESSES, PAGES

GOES_ON = "照常"
HIDDEN = re.compile(r'<textarea name="([a-z_.-]+)" hidden>\n([^<]*)</textarea>')
APPLICANTS = (
    *("/items", "/items/000-01", "/apply/000-01/facts-lost-on", "/apply/000-01/check"),
    *("/cases", f"/cases/{CASE}", f"/cases/{CASE}/messages", f"/cases/{CASE}/papers"),
    *(f"/cases/{CASE}/readings", f"/cases/{CASE}/application", f"/cases/{CASE}/contact"),
    *(f"/cases/{CASE}/withdraw", f"/cases/{CASE}/supplement", "/verify/d0c0"),
)
OFFICERS = (
    *("/desk", f"/desk/{CASE}", f"/desk/{CASE}/application", f"/desk/{CASE}/do/acceptance"),
    f"/desk/{CASE}/papers",
    *("/counter", "/counter/items", "/counter/taken"),
)


def goes_away(applying: Applying, service: str) -> None:
    """From now on this service answers nobody."""
    for path in [one for one in applying.world.said if service_of(one) == service]:
        del applying.world.said[path]
    applying.world.asked.clear()


def asked(applying: Applying, service: str) -> bool:
    """Whether the page needed something of this service."""
    return any(str(one.url).startswith(ADDRESSES[service]) for one in applying.world.asked)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", [*APPLICANTS, *OFFICERS])
def test_a_page_that_needs_what_is_away_says_what_still_works(
    applying: Applying, path: str, service: str
) -> None:
    at_case(applying)
    applying.agree("000-01")
    if path in OFFICERS:
        applying.world.sign_in(applying.browser, "officer")
    goes_away(applying, service)
    answer = applying.browser.get(path, base_url=PAGES)
    assert answer.status_code in {200, 302, 404, 503}
    if answer.status_code != 302 and asked(applying, service):
        assert GOES_ON in answer.text, answer.text[-900:]


def send(applying: Applying, path: str, **typed: str) -> TestResponse:
    """Send a form as the browser does."""
    token = TOKEN.search(applying.page)
    assert token
    data = {**typed, "token": token[1]}
    return applying.browser.post(path, data=data, base_url=PAGES)


def again(applying: Applying, path: str, away: TestResponse) -> TestResponse:
    """Press the button of the page that said that something is away."""
    assert away.status_code == 503
    assert "再提交一次" in away.text
    assert f'action="{path}"' in away.text
    applying.page = away.text
    return send(
        applying, path, **{name: html.unescape(text) for name, text in HIDDEN.findall(away.text)}
    )


@pytest.mark.parametrize("service", ["intake", "notify"])
def test_what_was_typed_for_a_command_is_sent_again_as_the_same_command(
    applying: Applying, service: str
) -> None:
    at_case(applying)
    path = f"/cases/{CASE}/contact"
    applying.open(path)
    said = {**applying.world.said}
    goes_away(applying, "intake")
    typed = {"version": '"2"', "key": "ab" * 16, "phone": "13900001111", "email": "a@example.com"}
    away = send(applying, path, **typed)
    applying.world.said.update(said)
    if service == "notify":
        goes_away(applying, service)
    sent = takes(applying, f"/v1/cases/{CASE}/contact")
    assert again(applying, path, away).location == f"/cases/{CASE}?done=contact"
    assert [(one["Idempotency-Key"], one["body"]["phone"]) for one in sent] == [
        ("ab" * 16, "13900001111")
    ]


def test_an_officers_explanation_is_kept_while_everything_is_away(applying: Applying) -> None:
    applying.world.sign_in(applying.browser, "officer")
    at_case(applying, actions=["rejection"])
    path = f"/desk/{CASE}/do/rejection"
    applying.open(path)
    for service in SERVICES:
        goes_away(applying, service)
    words = "材料不属于\n本事项 <办理> 范围"
    away = send(applying, path, version='"2"', key="ab" * 16, explanation=words)
    assert "材料不属于\n本事项 &lt;办理&gt; 范围</textarea>" in away.text


def test_with_the_portals_database_away_what_was_typed_stands_in_the_page(
    applying: Applying,
) -> None:
    applying.agree("000-01")
    path, answer = "/apply/000-01/facts-lost-on", {"facts.lost-on.year": "2026"}
    applying.open(path)
    for away in (applying.world.rows, applying.world.drafts):
        away.away = True
        told = send(applying, path, do="continue", **answer)
        assert GOES_ON in told.text
        assert ("facts.lost-on.year", "2026") in HIDDEN.findall(told.text)
        away.away = False
        assert again(applying, path, told).status_code == 200
        assert 'value="2026"' in applying.open(path)


def test_who_is_signed_in_is_not_sent_to_sign_in_while_that_cannot_be_read(
    applying: Applying,
) -> None:
    applying.world.rows.away = True
    answer = applying.browser.get("/cases", base_url=PAGES)
    assert answer.status_code == 503
    assert "暂时无法读取您的登录" in answer.text
    assert "<textarea" not in answer.text


def test_a_read_model_that_is_behind_is_told_and_the_state_is_the_newest(
    applying: Applying,
) -> None:
    found = at_case(applying)
    assert "可能稍后才更新" not in applying.open(f"/cases/{CASE}")
    stale = progress(case(status="submitted", version=1))
    applying.world.answers(f"/v1/progress/{CASE}", stale)
    page = applying.open(f"/cases/{CASE}")
    assert "可能稍后才更新" in page
    assert "待缴费" in page
    assert found["status"] == "awaiting-payment"
    assert GOES_ON in applying.open("/cases")
