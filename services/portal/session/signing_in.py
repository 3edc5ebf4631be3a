"""Signing in and out: OpenID Connect, code and PKCE, by Authlib; the token stays on the server."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from services.portal.session.forms import keep_typed, visitor
from shared.config import Settings

TIMEOUT_S = 5
START = "/"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_log = structlog.get_logger(__name__)


class SignInNeeded(Exception):
    """This page is for somebody who is signed in, and nobody is, or no more."""


class OpenIdClient:
    """The portal as a client of the OpenID provider, and who is signed in."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._now = now
        self._pages = settings.pages.rstrip("/")
        self._at = settings.sign_in
        self._oauth = OAuth()
        self._oauth.register(
            "provider",
            client_id=settings.sign_in_client,
            server_metadata_url=settings.sign_in,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "none",
                "default_timeout": TIMEOUT_S,
            },
        )

    def install(self, app: Flask) -> None:
        """Add the addresses of signing in and out."""
        self._oauth.init_app(app)
        blp = Blueprint("signing_in", __name__)
        blp.get("/sign-in")(self.begin)
        blp.get("/sign-in/back")(self.come_back)
        blp.post("/sign-out")(self.end)
        app.register_blueprint(blp)

    def origins(self) -> tuple[str, ...]:
        """Where a sign-in takes a browser; nothing is asked of the provider for it.

        The page of the provider may have another origin than its discovery document: it is known
        once the document was read for a sign-in.
        """
        known = self._oauth.provider.server_metadata.get("authorization_endpoint", "")
        found = (origin_of(self._at), origin_of(known))
        return tuple(dict.fromkeys(one for one in found if one))

    def token(self) -> str:
        """The access token of whoever is signed in.

        Raises:
            SignInNeeded: nobody is, or the token's time is over.
        """
        here = visitor()
        if not here.get("token") or here.get("until", 0) <= self._now().timestamp():
            raise SignInNeeded
        found: str = here["token"]
        return found

    def person(self) -> dict[str, Any]:
        """Who is signed in: `sub`, `name`, `roles`, `duties`; empty where nobody is."""
        try:
            self.token()
        except SignInNeeded:
            return {}
        found: dict[str, Any] = visitor()["person"]
        return found

    def begin(self) -> Response:
        """Go to the provider, and come back to the page that was asked for."""
        here = visitor()
        here["back"] = local(request.args.get("back", START))
        back = f"{self._pages or request.url_root.rstrip('/')}{url_for('signing_in.come_back')}"
        try:
            answer: Response = self._oauth.provider.authorize_redirect(back)
        except (AuthlibBaseError, requests.RequestException, RuntimeError) as error:
            return self._failed(error)
        return answer

    def come_back(self) -> Response:
        """Take the provider's answer, and go on under a new session."""
        here = visitor()
        try:
            found = self._oauth.provider.authorize_access_token()
        except (AuthlibBaseError, JoseError, requests.RequestException, RuntimeError) as error:
            return self._failed(error)
        claims = claims_of(found["access_token"])
        who = str(claims.get("sub", ""))
        if here.get("person", {"sub": who}).get("sub") != who:
            here.only("back")  # what is left is of whoever was here before
        here.renew()
        here["token"] = found["access_token"]
        here["until"] = min(
            float(found.get("expires_at") or claims.get("exp") or 0),
            float(claims.get("exp") or found.get("expires_at") or 0),
        )
        told = found.get("userinfo") or {}
        here["person"] = {
            "sub": who,
            "name": told.get("name", ""),
            "roles": claims.get("roles", []),
            "duties": claims.get("duties", []),
        }
        return redirect(here.pop("back", START))

    def end(self) -> str:
        """Sign out: nothing is remembered."""
        visitor().end()
        return render_template("signed_out.html", back_to=START)

    def needed(self, _error: SignInNeeded) -> Response:
        """Send somebody to sign in and back here, with what was typed kept."""
        if request.method == "POST":
            keep_typed()
        return redirect(url_for("signing_in.begin", back=request.full_path.rstrip("?")))

    def _failed(self, error: Exception) -> Response:
        _log.warning("sign_in_failed", error=type(error).__name__)
        return Response(
            render_template("sign_in_failed.html"), status=503, content_type="text/html"
        )


def local(address: str) -> str:
    """The address where it is one of ours, else the start page."""
    ours = address.startswith("/") and not address.startswith("//")
    return address if ours and "\\" not in address and address.isprintable() else START


def origin_of(address: str) -> str:
    """The origin of an address, as a policy names it; empty where it has none that one can."""
    parts = urlsplit(address)
    found = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return found if _ORIGIN.fullmatch(found) else ""


def claims_of(token: str) -> dict[str, Any]:
    """What an access token says, unverified: for the choice of pages alone; the services verify."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}
