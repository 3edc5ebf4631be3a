"""What the portal remembers: sealed, under a name that the cookie alone leads to."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.portal.sealing import seal, unseal
from services.portal.session.store import LASTS, Sessions, Ticket
from tests.support.portal_world import Rows, World

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
CANARY = "梁七"


def kept(rows: Rows) -> Sessions:
    return Sessions(rows)  # type: ignore[arg-type]


def test_a_session_is_what_was_saved_for_eight_hours() -> None:
    rows, ticket = Rows(), Ticket.draw()
    kept(rows).save(ticket, {"name": CANARY}, now=NOW)
    assert kept(rows).load(ticket, now=NOW + LASTS - timedelta(seconds=1)) == {"name": CANARY}
    assert kept(rows).load(ticket, now=NOW + LASTS) == {}


def test_the_row_tells_neither_the_cookie_nor_what_is_in_it() -> None:
    rows, ticket = Rows(), Ticket.draw()
    kept(rows).save(ticket, {"name": CANARY}, now=NOW)
    (row,) = rows.kept.values()
    plain = msgspec.msgpack.encode([row["_id"], bytes(row["sealed"])])
    for part in (CANARY.encode(), ticket.secret, ticket.cookie.encode(), ticket.key):
        assert part not in plain


def test_a_row_under_the_name_of_another_opens_nothing() -> None:
    rows, mine, other = Rows(), Ticket.draw(), Ticket.draw()
    kept(rows).save(mine, {"name": CANARY}, now=NOW)
    rows.kept[other.id] = rows.kept.pop(mine.id) | {"_id": other.id}
    assert kept(rows).load(other, now=NOW) == {}


def test_a_row_is_a_nonce_and_a_ciphertext_bound_to_its_name() -> None:
    key, nonce = b"k" * 32, b"n" * 12
    kept_before = nonce + AESGCM(key).encrypt(nonce, b"plain", b"row")
    assert unseal(key, "row", kept_before) == b"plain"
    assert unseal(key, "other", kept_before) is None
    assert unseal(b"x" * 32, "row", kept_before) is None
    assert unseal(key, "row", seal(key, "row", b"plain")) == b"plain"
    assert seal(key, "row", b"plain") != seal(key, "row", b"plain")


def test_the_name_the_key_and_the_token_of_a_form_are_three_values() -> None:
    ticket = Ticket.draw()
    values = {ticket.id, ticket.key.hex(), ticket.csrf, ticket.secret.hex()}
    assert len(values) == 4
    assert Ticket.read(ticket.cookie) == ticket


def test_a_cookie_that_is_none_of_ours_is_a_new_visitor() -> None:
    for cookie in (None, "", "x", "a" * 500, "é" * 43, "!" * 43):
        assert Ticket.read(cookie) is None


def test_nobody_gets_a_cookie_for_looking_and_everybody_for_a_sign_in(world: World) -> None:
    browser = world.browser()
    assert "Set-Cookie" not in browser.get("/").headers
    cookie = browser.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_go_on_without_the_store_of_sessions(world: World) -> None:
    browser = world.browser()
    browser.get("/sign-in")
    world.rows.away = True
    assert browser.get("/").status_code == 200
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.get_json()["sessions"]) == (503, "away")
    assert browser.get("/livez").status_code == 200


@pytest.mark.parametrize("path", ["/verify", "/language/en"])
@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_for_https_alone_where_browsers_come_by_it(
    world: World, path: str, *, secure: bool
) -> None:
    world.app.config["SESSION_COOKIE_SECURE"] = secure
    cookie = world.browser().get(path).headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
