"""Forms: their token against forged ones, and what was typed while somebody had to sign in."""

import hmac
from collections.abc import Mapping
from typing import Any, cast

from flask import request, session
from werkzeug.exceptions import Forbidden

from services.portal.session.visitor import Visitor

TOKEN = "token"  # noqa: S105 - the name of a field
KEPT, AGREED = "kept", "agreed"
MOST_AGREED = 20


class Forged(Forbidden):
    """A form that does not carry the token of this browser."""


def visitor() -> Visitor:
    """The session of this request."""
    return cast("Visitor", session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


def refuse_forged() -> None:
    """Refuse a form that does not carry the token of this browser.

    Raises:
        Forged: it does not.
    """
    if request.method == "POST" and not hmac.compare_digest(
        request.form.get(TOKEN, "").encode(), visitor().ticket.csrf.encode()
    ):
        raise Forged


def agree_to(item: str, edition: str) -> None:
    """Remember that the guide of an item was agreed to in this edition (R-015)."""
    here = visitor()
    newest = {**here.get(AGREED, {}), item: edition}
    here[AGREED] = dict(list(newest.items())[-MOST_AGREED:])


def agreed_to(item: str) -> str:
    """The edition of its guide that was agreed to in this session; empty for none."""
    found: str = visitor().get(AGREED, {}).get(item, "")
    return found


def typed_form() -> dict[str, list[str]]:
    """What the form of this request says, without its token."""
    return {name: texts for name, texts in request.form.lists() if name != TOKEN}


def keep_typed() -> None:
    """Remember what was typed until this page is asked for again."""
    here = visitor()
    here[KEPT] = {**here.get(KEPT, {}), request.path: typed_form()}


def kept_form() -> Mapping[str, tuple[str, ...]]:
    """What was typed on this page before a sign-in; it is given once."""
    here = visitor()
    every: dict[str, Any] = dict(here.get(KEPT, {}))
    found: dict[str, list[str]] = every.pop(request.path, {})
    if found:
        here[KEPT] = every
    return {name: tuple(texts) for name, texts in found.items()}
