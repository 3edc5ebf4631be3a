"""The provider with made-up people: codes for one use, PKCE, one client, the laptop alone."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from deploy.embedded.provider import app as provider
from deploy.embedded.provider.codes import Codes, Granted, challenge_of
from deploy.embedded.provider.people import COMPANY, NOBODY, PEOPLE, POSTS
from services.portal.session.signing_in import claims_of
from shared.config import SettingsError
from shared.jurisdiction import packaged_jurisdiction
from shared.security.local_issuer import DUTIES_OF_A_POST, USERS
from tests.support.portal_world import PAGES, World

VERIFIER = "v" * 50
BACK = f"{PAGES}/sign-in/back"
ASKED = {
    "client_id": "caseledger-portal",
    "redirect_uri": BACK,
    "response_type": "code",
    "state": "s",
    "nonce": "n",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


def code_for(world: World, user: str = "officer") -> str:
    chosen = world.provider.get(f"/people/{user}?{urlencode(ASKED)}")
    return parse_qs(urlsplit(chosen.headers["Location"]).query)["code"][0]


def redeemed(world: World, given: str, **changed: str) -> int:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "client_id": "caseledger-portal",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    return world.provider.post("/token", data=form | changed).status_code


def test_a_code_is_good_once_and_for_its_own_verifier_client_and_address(world: World) -> None:
    code = code_for(world)
    assert (redeemed(world, code), redeemed(world, code)) == (200, 400)
    wrong = (
        {"code_verifier": "w" * 50},
        {"client_id": "other"},
        {"redirect_uri": "http://evil.test/"},
        {"grant_type": "password"},
        {"code": "made-up"},
    )
    for changed in wrong:
        assert redeemed(world, code_for(world), **changed) == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.test/"},
        {"client_id": "other"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
    ],
)
def test_a_wrong_request_is_sent_nowhere(world: World, changed: dict[str, str]) -> None:
    answer = world.provider.get(f"/authorize?{urlencode(ASKED | changed)}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_nobody_who_is_not_on_the_page_gets_a_code(world: World) -> None:
    assert world.provider.get(f"/people/gateway?{urlencode(ASKED)}").status_code == 400


def test_a_code_ends_after_a_minute() -> None:
    now = [0.0]
    codes = Codes(lambda: now[0])
    granted = Granted(
        person="officer",
        client="c",
        redirect_uri="r",
        challenge=challenge_of(VERIFIER),
        nonce="",
        until=codes.until,
    )
    code = codes.give(granted)
    now[0] = 60.0
    assert codes.take(code, verifier=VERIFIER, client="c", redirect_uri="r") is None


def test_everybody_on_the_page_is_a_user_and_the_page_names_them(world: World) -> None:
    page = world.provider.get(f"/authorize?{urlencode(ASKED)}").text
    assert {one.as_user for one in PEOPLE} == set(USERS) - NOBODY
    for one in PEOPLE:
        assert one.as_user in USERS
        assert one.name in page


def test_the_page_offers_somebody_for_every_post_at_every_office(world: World) -> None:
    page = world.provider.get(f"/authorize?{urlencode(ASKED)}").text
    offices = packaged_jurisdiction().offices
    assert set(POSTS) == set(DUTIES_OF_A_POST)
    for code in (*offices, *POSTS):
        assert f'<option value="{code}">' in page
    for office in ("civil-affairs-652300", "nowhere"):
        query = urlencode(ASKED | {"office": office, "post": "review"})
        chosen = world.provider.get(f"/people?{query}")
        assert chosen.status_code == (302 if office in offices else 400)
    unknown = urlencode(ASKED | {"office": "civil-affairs-652300", "post": "gateway"})
    assert world.provider.get(f"/people?{unknown}").status_code == 400


def test_somebody_at_an_office_has_its_claims_and_a_name_of_what_they_do(world: World) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": code_for(world, "officer-2@civil-affairs-652300"),
        "client_id": "caseledger-portal",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    told = world.provider.post("/token", data=form).get_json()
    assert told is not None
    claims = claims_of(told["access_token"])
    assert claims["office"] == "civil-affairs-652300"
    assert claims["staff_id"] == "staff-officer-2-civil-affairs-652300"
    named = claims_of(told["id_token"])["name"]
    assert named == "另一位工作人员（昌吉回族自治州民政局）"


@pytest.mark.parametrize("mode", ["production", "trial"])
def test_outside_of_the_embedded_system_it_does_not_run(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_MODE", mode)
    with pytest.raises(SettingsError):
        provider.create()


def test_a_token_of_the_page_is_one_for_an_hour(world: World) -> None:
    form = {"grant_type": "authorization_code", "code": code_for(world), "code_verifier": VERIFIER}
    answer = world.provider.post(
        "/token", data={**form, "client_id": "caseledger-portal", "redirect_uri": BACK}
    )
    told = answer.get_json()
    assert told is not None
    assert told["expires_in"] == 3600
    assert told["access_token"].count(".") == 2


def test_the_handler_of_a_company_acts_for_it_and_is_nobody_else(world: World) -> None:
    form = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": BACK}
    told = world.provider.post(
        "/token",
        data={**form, "code": code_for(world, "handler"), "client_id": "caseledger-portal"},
    ).get_json()
    assert told is not None
    access, identity = claims_of(told["access_token"]), claims_of(told["id_token"])
    assert access["acts_for"] == COMPANY
    assert access["sub"] == identity["sub"] == "local-handler"
    assert "acts_for" not in identity
