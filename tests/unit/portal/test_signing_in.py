"""Signing in with code and PKCE, out again, and back to the page with what was typed."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Blueprint

from services.portal.app import PAGES as TOPICS
from services.portal.session.forms import kept_form, visitor
from services.portal.session.signing_in import claims_of, local, origin_of
from services.portal.session.store import Sessions, Ticket
from services.portal.session.visitor import COOKIE
from tests.support.portal_world import PAGES, PROVIDER, World
from tests.unit.portal.test_public_pages import CARD


def secret_page(blp: Blueprint, portal: Any) -> None:
    """A page for somebody who is signed in, with a form."""

    @blp.route("/secret", methods=["GET", "POST"])
    def secret() -> str:
        token = portal.sign_in.token()
        found = kept_form().get("text", ("",))[0]
        return f"{len(token) > 0}|{found}|{visitor().csrf()}"


@pytest.fixture(autouse=True)
def with_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.app.PAGES", {**TOPICS, "secret": secret_page})


def test_somebody_signs_in_and_comes_back_to_the_page_that_they_asked_for(world: World) -> None:
    browser = world.browser()
    asked = browser.get("/secret?part=2", base_url=PAGES)
    assert parse_qs(urlsplit(asked.location).query) == {"back": ["/secret?part=2"]}
    back = world.sign_in(browser, back="/secret?part=2")
    assert (back.status_code, back.location) == (302, "/secret?part=2")
    assert browser.get("/secret", base_url=PAGES).text.startswith("True|")
    assert "张三" in browser.get("/", base_url=PAGES).text


def test_the_request_has_pkce_state_and_nonce(world: World) -> None:
    location = world.browser().get("/sign-in", base_url=PAGES).location
    asked = parse_qs(urlsplit(location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{PAGES}/sign-in/back"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert "code_verifier" not in asked


def test_a_sign_in_begins_a_new_session(world: World) -> None:
    browser = world.browser()
    browser.get("/sign-in", base_url=PAGES)
    before = browser.get_cookie(COOKIE, domain="pages.test")
    world.sign_in(browser)
    after = browser.get_cookie(COOKIE, domain="pages.test")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert len(world.rows.kept) == 1


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(world: World) -> None:
    browser = world.browser()
    answer = browser.get("/sign-in/back?code=x&state=y", base_url=PAGES)
    assert answer.status_code == 503
    assert "现在不能登录" in answer.text
    assert browser.get("/secret").status_code == 302


def test_after_the_tokens_end_one_signs_in_again_and_what_was_typed_is_there(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser)
    form = browser.get("/secret", base_url=PAGES).text.rpartition("|")[2]
    world.later(timedelta(hours=2))
    asked = browser.post("/secret", base_url=PAGES, data={"token": form, "text": "写了一半"})
    assert asked.location == "/sign-in?back=/secret"
    world.clock[0] -= timedelta(hours=2)  # the provider's new token is of now
    assert world.sign_in(browser, back="/secret").location == "/secret"
    assert "|写了一半|" in browser.get("/secret", base_url=PAGES).text
    assert "|写了一半|" not in browser.get("/secret", base_url=PAGES).text


def test_somebody_else_finds_nothing_of_whoever_was_here_before(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser)
    form = browser.get("/secret", base_url=PAGES).text.rpartition("|")[2]
    world.answers("/v1/items/000-01", CARD)
    browser.post("/items/000-01/agreement", base_url=PAGES, data={"token": form})
    world.later(timedelta(hours=2))
    browser.post("/secret", base_url=PAGES, data={"token": form, "text": "写了一半"})
    world.clock[0] -= timedelta(hours=2)
    assert world.sign_in(browser, "neighbour", back="/secret").location == "/secret"
    assert browser.get("/secret", base_url=PAGES).text.startswith("True||")
    cookie = browser.get_cookie(COOKIE, domain="pages.test")
    ticket = Ticket.read(cookie.value if cookie else None)
    assert ticket is not None
    kept = Sessions(world.rows).load(ticket, now=world.clock[0])  # type: ignore[arg-type]
    assert set(kept) == {"token", "until", "person"}
    assert kept["person"]["sub"] == "local-neighbour"


def test_signed_out_nothing_is_remembered(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser)
    page = browser.get("/", base_url=PAGES).text
    form = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert form is not None
    assert "您已退出登录" in browser.post("/sign-out", base_url=PAGES, data={"token": form[1]}).text
    assert world.rows.kept == {}
    assert browser.get("/secret", base_url=PAGES).status_code == 302


def test_a_form_without_the_token_of_this_browser_is_refused(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser)
    for data in ({}, {"token": ""}, {"token": "0" * 64}):
        answer = browser.post("/secret", base_url=PAGES, data=data)
        assert answer.status_code == 403
        assert "没有处理这次提交" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        *("//evil.test/", "///evil.test", "////evil.test", "https://evil.test/", "/\\evil.test"),
        *("evil", "", "/a\nb", "javascript:1"),
    ],
)
def test_one_never_comes_back_to_another_address(world: World, address: str) -> None:
    assert local(address) == "/"
    chosen = world.browser().get("/language/en", query_string={"back": address})
    assert chosen.location == "/"


def form_action(world: World) -> list[str]:
    """Where the policy of a page lets a form lead."""
    policy = world.browser().get("/").headers["Content-Security-Policy"]
    (found,) = (one for one in policy.split("; ") if one.startswith("form-action "))
    return found.split()[1:]


def test_a_form_may_lead_to_the_provider_and_nowhere_else(world: World) -> None:
    assert form_action(world) == ["'self'", PROVIDER]
    world.sign_in(world.browser())
    assert form_action(world) == ["'self'", PROVIDER]


def test_a_form_may_lead_to_the_providers_page_where_that_is_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = world.provider.get("/.well-known/openid-configuration").get_json()
    told["authorization_endpoint"] = "https://login.test:8443/authorize"
    pages = world.provider.application.view_functions
    monkeypatch.setitem(pages, "discovery", lambda: told)
    asked = world.browser().get("/sign-in", base_url=PAGES)
    assert asked.location.startswith("https://login.test:8443/authorize?")
    assert form_action(world) == ["'self'", PROVIDER, "https://login.test:8443"]


@pytest.mark.parametrize(
    "address", ["", "x", "ftp://a.test/", "https://a.test; script-src *", "https://a.test,b/x"]
)
def test_what_is_no_origin_is_not_in_the_policy(address: str) -> None:
    assert origin_of(address) == ""


def test_an_address_of_ours_is_kept() -> None:
    assert local("/items/000-01?q=1") == "/items/000-01?q=1"


def test_a_token_that_is_none_says_nothing() -> None:
    for token in ("", "a.b", "a.!!.c", "a.bnVsbA.c"):
        assert claims_of(token) == {}
