"""Verify a bearer token and say who the caller is (RFC 9068 access tokens).

It exists to keep every rule about tokens in one place: which algorithms, whose keys, which claims.
joserfc checks the signature; everything a token says about itself is checked here, and nothing
in a token can choose the key it is checked with except by the id of a key its issuer published.
"""

from __future__ import annotations

import binascii
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from shared.jurisdiction import Jurisdiction, packaged_jurisdiction
from shared.security.duties import duties_of
from shared.security.keys import KeySource
from shared.security.posts import NO_POST, Post, PostRefused, read_post
from shared.security.principal import ActsFor, Principal, Role, VouchedIdentity
from shared.values.identity import NOT_BORN_YET, PERSONAL, read_number
from shared.values.texts import tidied
from shared.values.unusable import Unusable

ALGORITHMS = frozenset({"RS256", "ES256", "Ed25519"})
TYPES = frozenset({"at+jwt", "application/at+jwt"})
SKEW_S = 60

_MAX_TOKEN = 8 * 1024
_MAX_CLAIM = 255
_KEY_ID = re.compile(r"[A-Za-z0-9_.:=-]{1,128}\Z")
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
# A header with any of these tries to bring its own key, or asks for rules we do not know.
_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_ROLES = {role.value: role for role in Role}
# Who applies, and may do so for a party; nobody acts for a party and for an office at once.
_APPLYING = frozenset({Role.APPLICANT, Role.PORTAL})
_NOT_A_PARTY = (
    "The claim acts_for names no party that a token can speak for: it is an organisation with its "
    "unified social credit code."
)
_NOT_A_DOCUMENT = (
    "The claim identity names no identity document of a person: it is a kind with a number that is "
    "right by the rule of the kind."
)
_NOT_A_NAME = "The claim name, beside the claim identity, is no name of a person."
# Levels of `acr` at which the issuer is sure enough of the person for the claim `identity`.
SURE = frozenset({"substantial", "high"})
_KNOWN_HEADERS = frozenset({"alg", "typ", "kid", "x5t", "x5t#S256"})


CLAIMS: Mapping[str, str] = MappingProxyType(
    {
        "iss": "must be the issuer of the settings; with `sub` it is who the caller is",
        "aud": "must be the audience of the settings, or a list that has it",
        "exp": "refused from then on, a minute allowed",
        "iat": "refused before it, a minute allowed",
        "nbf": "where there is one: refused before it, a minute allowed",
        "sub": "who the caller is at the issuer",
        "azp": "the portal that the caller came through, recorded with what they do",
        "client_id": "the same where there is no `azp`",
        "roles": "what the caller may do; a role that is not ours means nothing",
        "department": "the authority of an officer or producer whose token names no duties",
        "authority": "the authority of an officer or producer, by its code in the jurisdiction",
        "office": "their office, by its code there: the cases that they meet",
        "level": "the region (GB/T 2260) at whose level they act; of the office where there is one",
        "duties": "what they do there; with it `officer` and `producer` in `roles` mean nothing",
        "staff_id": "the name of an officer or producer in the log",
        "acr": "how well the portal assured itself of the person: recorded with the application",
        "assurance_ref": "the portal's reference for that: recorded with the application",
        "acts_for": "the organisation that the caller acts for, of which the issuer is sure",
        "identity": "the caller's identity document, believed at `acr` `substantial` or `high`: the"
        " cases that a counter took in for whom it saw with this document are theirs, and online"
        " they apply, and act for others, under this document alone",
        "name": "with a believed `identity`, the name on it: the application of somebody who"
        " applies, or acts, under another name is refused",
    }
)
"""Every claim that is read, and what it does; no other claim means anything here."""


class InvalidToken(Exception):
    """The token proves nothing (401). `reason` is a constant word for the log, never its text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClaimRefused(Exception):
    """The token is good, but has a claim that cannot be honoured (403).

    To drop it would give the caller another case than the one that the token speaks of.
    """


class TokenVerifier:
    """Verifies access tokens of one issuer for one audience.

    `now_s` is the wall clock in seconds; a skew of at most 60 s is allowed on `exp`, `nbf`, `iat`.
    `jurisdiction` knows the authorities and offices that a token may name; the packaged one.
    """

    def __init__(
        self,
        keys: KeySource,
        *,
        issuer: str,
        audience: str,
        now_s: Callable[[], float] = time.time,
        jurisdiction: Jurisdiction | None = None,
    ) -> None:
        self._jurisdiction = jurisdiction or packaged_jurisdiction()
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now_s = now_s

    def knows_keys(self) -> bool:
        """Whether the issuer's keys were had once since the start: an outage later is no matter."""
        return self._keys.known()

    def verify(self, token: str) -> Principal:
        """The caller that a token names.

        Raises:
            InvalidToken: whatever is wrong with the token.
            ClaimRefused: it has a claim that means something that we cannot do.
            KeysUnavailable: when the issuer's keys cannot be had.
        """
        if len(token) > _MAX_TOKEN or not _COMPACT.match(token):
            raise InvalidToken("malformed")
        header = _decode_header(token.partition(".")[0])
        claims = self._verified_claims(token, header)
        self._check_claims(claims)
        return _principal(claims, self._jurisdiction)

    def _verified_claims(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        algorithm, key_id = header["alg"], header["kid"]
        found = self._keys.find(key_id)
        if found is None:
            raise InvalidToken("unknown-key")
        allowed, key = found
        if algorithm != allowed:
            raise InvalidToken("algorithm")
        try:
            # The library is shown a token whose header is known to be harmless, one key and the
            # one algorithm that goes with the key.
            payload = jws.deserialize_compact(token, key, algorithms=[allowed]).payload
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidToken("signature") from error
        try:
            claims = orjson.loads(payload or b"")
        except ValueError as error:
            raise InvalidToken("malformed") from error
        if not isinstance(claims, dict):
            raise InvalidToken("malformed")
        return claims

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._issuer:
            raise InvalidToken("issuer")
        audience = claims.get("aud")
        if audience != self._audience and not (
            isinstance(audience, list) and self._audience in audience
        ):
            raise InvalidToken("audience")
        now = self._now_s()
        if now >= _seconds(claims, "exp") + SKEW_S:
            raise InvalidToken("expired")
        if now < _seconds(claims, "iat") - SKEW_S:
            raise InvalidToken("not-yet-valid")
        if "nbf" in claims and now < _seconds(claims, "nbf") - SKEW_S:
            raise InvalidToken("not-yet-valid")


def _decode_header(text: str) -> Mapping[str, Any]:
    try:
        header = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise InvalidToken("malformed") from error
    if not isinstance(header, dict):
        raise InvalidToken("malformed")
    if not _FORBIDDEN_HEADERS.isdisjoint(header):
        raise InvalidToken("header")
    if not _KNOWN_HEADERS.issuperset(header):
        raise InvalidToken("header")
    algorithm, kind, key_id = header.get("alg"), header.get("typ"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidToken("algorithm")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidToken("type")
    if not isinstance(key_id, str) or not _KEY_ID.match(key_id):
        raise InvalidToken("key-id")
    return header


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken(name)
    return float(value)


def _principal(claims: Mapping[str, Any], jurisdiction: Jurisdiction) -> Principal:
    subject, portal = _text(claims, "sub"), _text(claims, "azp") or _text(claims, "client_id")
    if subject is None:
        raise InvalidToken("subject")
    if portal is None:  # RFC 9068: client_id is required; identity providers say azp as well
        raise InvalidToken("client")
    roles = claims.get("roles")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidToken("roles")
    post = _post(claims, jurisdiction)
    known = post.roles_with(frozenset(_ROLES[role] for role in roles if role in _ROLES))
    acts_for = _acts_for(claims.get("acts_for"))
    if acts_for is not None and not known <= _APPLYING:
        raise ClaimRefused("Only applicants and portals act for a party: see the claim acts_for.")
    assurance = _text(claims, "acr")
    return Principal(
        issuer=claims["iss"],
        subject=subject,
        roles=known,
        portal=portal,
        department=post.authority or _text(claims, "department"),
        assurance=assurance,
        assurance_ref=_text(claims, "assurance_ref"),
        staff_id=_text(claims, "staff_id"),
        acts_for=acts_for,
        identity=_identity(claims.get("identity"), claims.get("name"), assurance),
        duties=duties_of(post.kept(known)) | (post.duties or frozenset()),
        office=post.office or None,
        venues=post.venues,
        supervised=post.supervised,
    )


def _post(claims: Mapping[str, Any], jurisdiction: Jurisdiction) -> Post:
    """What the token says of a desk. Raises `ClaimRefused` where it names what does not exist."""
    told = {
        "authority": claims.get("authority"),
        "office": claims.get("office"),
        "level": claims.get("level"),
        "duties": claims.get("duties"),
    }
    if all(value is None for value in told.values()):
        return NO_POST
    try:
        post = read_post(told, jurisdiction)
    except PostRefused as error:
        raise ClaimRefused(str(error)) from error
    if _text(claims, "department") not in {None, post.authority}:
        raise ClaimRefused("The claims department and authority name two authorities.")
    return post


def _acts_for(value: Any) -> ActsFor | None:
    """The organisation that the claim names: `{"kind": "organisation", "code": …}` and no more.

    Raises:
        ClaimRefused: it names a party that nobody can act for by a token, such as a person: the
            right of a guardian or an agent comes from the case's proof.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"kind", "code"}:
        raise ClaimRefused(_NOT_A_PARTY)
    code = value["code"]
    if value["kind"] != "organisation" or not isinstance(code, str):
        raise ClaimRefused(_NOT_A_PARTY)
    try:
        return ActsFor(code=read_number("credit-code", code, today=NOT_BORN_YET))
    except Unusable as error:
        raise ClaimRefused(_NOT_A_PARTY) from error


def _identity(value: Any, name: Any, assurance: str | None) -> VouchedIdentity | None:
    """The document that the claim names: `{"kind": …, "number": …}` and no more.

    At a lower level of assurance it is nobody's, and means nothing. `name`: of the claim beside it.

    Raises:
        ClaimRefused: it names no document of a person, or the name beside it is none.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"kind", "number"}:
        raise ClaimRefused(_NOT_A_DOCUMENT)
    kind, number = value["kind"], value["number"]
    if kind not in PERSONAL or kind == "none" or not isinstance(number, str):
        raise ClaimRefused(_NOT_A_DOCUMENT)
    try:
        read = read_number(kind, number, today=NOT_BORN_YET)
    except Unusable as error:
        raise ClaimRefused(_NOT_A_DOCUMENT) from error
    if assurance not in SURE:
        return None
    return VouchedIdentity(kind=kind, number=read, name=_name(name))


def _name(value: Any) -> str:
    """The name on a document; empty where the token says none."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MAX_CLAIM:
        raise ClaimRefused(_NOT_A_NAME)
    try:
        return tidied(value)
    except Unusable as error:
        raise ClaimRefused(_NOT_A_NAME) from error


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_CLAIM or not value.isprintable():
        raise InvalidToken(name)
    return value
