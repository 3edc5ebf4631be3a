"""The provider's app: discovery, the page that lists the people, tokens, public keys.

OpenID Connect with code and PKCE (S256) for one public client, the portal. It signs with the key of
`caseledger token`, and runs in the embedded system alone.
"""

import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from deploy.embedded.provider.codes import Codes, Granted
from deploy.embedded.provider.people import PEOPLE, POSTS, introduced, office_name
from shared.config import Settings, SettingsError
from shared.config.modes import EMBEDDED
from shared.jurisdiction import packaged_jurisdiction
from shared.security.local_issuer import AT, DEFAULT_TTL_S, ISSUER, LocalIssuer

ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}


def create() -> Flask:
    """The app of a real process.

    Raises:
        SettingsError: this is no embedded system.
    """
    settings = Settings.from_env(os.environ)
    if settings.mode != EMBEDDED:
        raise SettingsError("People who prove nothing sign in to the embedded system alone.")
    issuer = LocalIssuer(settings.secrets_dir, issuer=settings.issuer, audience=settings.audience)
    return build(settings, issuer, Codes(time.monotonic))


def build(settings: Settings, issuer: LocalIssuer, codes: Codes) -> Flask:
    """The app over what it is given."""
    app = Flask(__name__)
    provider = MadeUpProvider(settings, issuer, codes)
    app.add_url_rule("/.well-known/openid-configuration", view_func=provider.discovery)
    app.add_url_rule("/authorize", view_func=provider.authorize)
    app.add_url_rule("/people", view_func=provider.at_an_office)
    app.add_url_rule("/people/<key>", view_func=provider.chosen)
    app.add_url_rule("/token", view_func=provider.token, methods=["POST"])
    app.add_url_rule("/jwks.json", view_func=provider.keys)
    app.add_url_rule("/readyz", view_func=provider.ready)

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    return app


class MadeUpProvider:
    """The endpoints."""

    def __init__(self, settings: Settings, issuer: LocalIssuer, codes: Codes) -> None:
        self._at = settings.sign_in.removesuffix("/.well-known/openid-configuration")
        self._client = settings.sign_in_client
        back = f"{settings.pages.rstrip('/')}/sign-in/back"
        self._back = {back, back.replace("//127.0.0.1:", "//localhost:")}
        self._issuer = issuer
        self._codes = codes
        self._jurisdiction = packaged_jurisdiction()

    def ready(self) -> AnyResponse:
        """Say that it answers."""
        return jsonify(status="ready")

    def discovery(self) -> AnyResponse:
        """What it offers (OpenID Connect Discovery 1.0)."""
        return jsonify(
            issuer=ISSUER,
            authorization_endpoint=f"{self._at}/authorize",
            token_endpoint=f"{self._at}/token",
            jwks_uri=f"{self._at}/jwks.json",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["Ed25519"],
            code_challenge_methods_supported=["S256"],
            token_endpoint_auth_methods_supported=["none"],
            grant_types_supported=["authorization_code"],
            scopes_supported=["openid", "profile"],
        )

    def keys(self) -> AnyResponse:
        """The public keys."""
        return jsonify(orjson.loads(self._issuer.jwks_path.read_bytes()))

    def authorize(self) -> AnyResponse:
        """The page that lists the people."""
        asked = request.args
        if wrong := self._wrong(asked):
            return Response(wrong, status=400, content_type="text/plain")
        kept = {name: asked.get(name, "") for name in ASKED}
        offices = [(code, office_name(code, self._jurisdiction)) for code in self._offices()]
        return Response(
            render_template(
                "people.html",
                people=PEOPLE,
                query=urlencode(kept),
                kept=kept,
                offices=offices,
                posts=POSTS,
            )
        )

    def at_an_office(self) -> AnyResponse:
        """Somebody at an office was chosen, by what they do."""
        return self.chosen(f"{request.args.get('post', '')}{AT}{request.args.get('office', '')}")

    def _offices(self) -> list[str]:
        """The codes of all offices, those of one region together."""
        found = self._jurisdiction.offices
        return sorted(found, key=lambda code: (found[code].region, code))

    def chosen(self, key: str) -> AnyResponse:
        """Somebody was chosen: back to the portal with a code."""
        asked = request.args
        wrong = self._wrong(asked, again=True) or (
            "" if introduced(key, self._jurisdiction) else "no such person"
        )
        if wrong:
            return Response(wrong, status=400, content_type="text/plain")
        code = self._codes.give(
            Granted(
                person=key,
                client=asked["client_id"],
                redirect_uri=asked["redirect_uri"],
                challenge=asked["code_challenge"],
                nonce=asked.get("nonce", ""),
                until=self._codes.until,
            )
        )
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return redirect(f"{asked['redirect_uri']}?{query}")

    def token(self) -> AnyResponse:
        """An access token and an ID token for a code."""
        form = request.form
        if form.get("grant_type") != "authorization_code":
            return jsonify(error="unsupported_grant_type"), 400  # type: ignore[return-value]
        found = self._codes.take(
            form.get("code", ""),
            verifier=form.get("code_verifier", ""),
            client=form.get("client_id", ""),
            redirect_uri=form.get("redirect_uri", ""),
        )
        if found is None:
            return jsonify(error="invalid_grant"), 400  # type: ignore[return-value]
        person = introduced(found.person, self._jurisdiction)
        if person is None:
            return jsonify(error="invalid_grant"), 400  # type: ignore[return-value]
        return jsonify(
            access_token=self._issuer.issue(person.as_user, **person.claims),
            token_type="Bearer",  # noqa: S106 - a kind of token
            expires_in=DEFAULT_TTL_S,
            id_token=self._issuer.identify(
                person.as_user,
                client=found.client,
                nonce=found.nonce,
                **{**person.claims, "name": person.name},
            ),
        )

    def _wrong(self, asked: Mapping[str, Any], *, again: bool = False) -> str:
        """What is wrong with a request; empty where nothing is. Nothing goes to another address."""
        if asked.get("client_id") != self._client:
            return "unknown client"
        if asked.get("redirect_uri") not in self._back:
            return "unknown redirect_uri"
        if not asked.get("code_challenge"):
            return "PKCE is demanded"
        if not again and asked.get("code_challenge_method") != "S256":
            return "the challenge must be S256"
        return "" if again or asked.get("response_type") == "code" else "only codes are given"
