"""The embedded system's own token issuer: keys in files, people for each role, office and duty.

It exists so that the first run needs no identity provider. A production installation names its
own (`CASELEDGER_JWKS`, `CASELEDGER_ISSUER`) and never has the private key of this one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.jurisdiction import Jurisdiction, packaged_jurisdiction
from shared.security.duties import ROLE_OF, Duty
from shared.security.principal import Role

ISSUER = "urn:caseledger:local-issuer"
AUDIENCE = "caseledger"
DEFAULT_TTL_S = 3600
ID_TOKEN_TTL_S = 300
PUBLIC_SECURITY = "public-security"  # the department of item 000-01
XINJIANG, CHANGJI, QIJIANG = "650000", "652300", "500110"
AT = "@"  # between duty and office in a name

_PRIVATE = "issuer.ed25519"
_PUBLIC = "jwks.json"


@dataclass(frozen=True, kw_only=True)
class LocalUser:
    """A made-up person of the embedded system; `subject` is fixed, so a new token is the same."""

    name: str
    subject: str
    roles: tuple[Role, ...]
    portal: str = "local-portal"
    authority: str | None = None
    office: str | None = None
    duties: tuple[Duty, ...] = ()
    staff_id: str | None = None
    assurance: str | None = None
    assurance_ref: str | None = None
    identity: tuple[str, str] | None = None
    called: str | None = None  # the name on that document

    def claims(self) -> dict[str, Any]:
        """The claims that identify this user; absent claims are left out."""
        found = {
            "sub": self.subject,
            "azp": self.portal,
            "client_id": self.portal,
            "roles": [role.value for role in self.roles],
            "authority": self.authority,
            "office": self.office,
            "duties": [duty.value for duty in self.duties] or None,
            "staff_id": self.staff_id,
            "acr": self.assurance,
            "assurance_ref": self.assurance_ref,
            "identity": dict(zip(("kind", "number"), self.identity, strict=True))
            if self.identity
            else None,
            "name": self.called,
        }
        return {name: value for name, value in found.items() if value is not None}


def _staff(
    name: str, role: Role, *duties: Duty, authority: str | None = None, office: str | None = None
) -> LocalUser:
    return LocalUser(
        name=name,
        subject=f"local-{name.replace(AT, '-')}",
        roles=(role,),
        portal="local-desk",
        authority=authority,
        office=office,
        duties=duties,
        staff_id=f"staff-{name.replace(AT, '-')}",
    )


def _at(name: str, *duties: Duty, authority: str = PUBLIC_SECURITY, region: str) -> LocalUser:
    """Somebody at the office of an authority in a region."""
    office = f"{authority}-{region}"
    return _staff(name, ROLE_OF[duties[0]], *duties, authority=authority, office=office)


def _person(
    name: str,
    subject: str,
    *,
    role: Role = Role.APPLICANT,
    identity: tuple[str, str] | None = None,
    called: str | None = None,
) -> LocalUser:
    return LocalUser(
        name=name,
        subject=subject,
        roles=(role,),
        assurance="substantial",
        assurance_ref="local-assurance",
        identity=identity,
        called=called,
    )


# Made up: 999999 is no administrative division, so nobody has such a number.
OF_APPLICANT = ("resident-id", "999999190001010007")
OF_NEIGHBOUR = ("resident-id", "999999198808080029")

# What an officer of a small office does; the case decides whether a second one is needed.
OFFICER = (Duty.TAKE_IN, Duty.REVIEW, Duty.APPROVE, Duty.INSPECT, Duty.PANEL)

USERS: dict[str, LocalUser] = {
    user.name: user
    for user in (
        _person("applicant", "local-applicant", identity=OF_APPLICANT, called="张三"),
        # The portal acts with the applicant's token: the same person, the portal as `azp`.
        _person(
            "portal",
            "local-applicant",
            role=Role.PORTAL,
            identity=OF_APPLICANT,
            called="张三",
        ),
        # A second applicant, who must see nothing.
        _person("neighbour", "local-neighbour", identity=OF_NEIGHBOUR, called="李四"),
        _person("unverified", "local-unverified"),  # signed in, and no identity was verified
        # Who came to a counter with this made-up card, and signs in later.
        _person(
            "visitor",
            "local-visitor",
            identity=("resident-id", "999999199001010016"),
            called="何访客",
        ),
        _at("officer", *OFFICER, region=XINJIANG),
        _at("officer-2", *OFFICER, region=XINJIANG),
        _at("officer-changji", *OFFICER, region=CHANGJI),
        _at("officer-qijiang", *OFFICER, region=QIJIANG),
        _at("officer-elsewhere", *OFFICER, authority="civil-affairs", region=CHANGJI),
        _at("head", Duty.HEAD, Duty.APPROVE, region=XINJIANG),
        _at("supervisor", Duty.SUPERVISE, region=XINJIANG),
        _at("producer", Duty.PRODUCE, Duty.HAND_OVER, region=XINJIANG),
        _staff("operator", Role.OPERATOR),
        _staff("auditor", Role.AUDITOR),
        LocalUser(name="gateway", subject="local-gateway", roles=(Role.GATEWAY,)),
        LocalUser(name="service", subject="local-service", roles=(Role.SERVICE,)),
    )
}


# What somebody at any office may be: one duty, or those of a small office's people.
DUTIES_OF_A_POST: Mapping[str, tuple[Duty, ...]] = MappingProxyType(
    {one.value: (one,) for one in ROLE_OF}
    | {name: USERS[name].duties for name in ("officer", "officer-2", "producer")}
)


def find_user(name: str, jurisdiction: Jurisdiction) -> LocalUser:
    """A named user, or somebody at an office, by their duty or by what a named user there does.

    `review@public-security-652300` has this one duty there; `officer@public-security-652300` has
    all duties of an officer, and `officer-2@…` is a second person with the same.

    Raises:
        KeyError: there is no such user, duty or office.
    """
    if AT not in name:
        return USERS[name]
    word, _, office = name.partition(AT)
    duties = DUTIES_OF_A_POST[word]
    authority = jurisdiction.offices[office].authority
    return _staff(name, ROLE_OF[duties[0]], *duties, authority=authority, office=office)


class LocalIssuer:
    """Signs access tokens with the key in `secrets_dir`, which `create` makes when it is missing.

    `now_s` is the wall clock in seconds.
    """

    def __init__(
        self,
        secrets_dir: Path,
        *,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._dir = secrets_dir
        self._issuer = issuer
        self._audience = audience
        self._now_s = now_s
        self._jurisdiction = packaged_jurisdiction()

    @property
    def jwks_path(self) -> Path:
        """Where the public key set is: the value for the setting `jwks`."""
        return self._dir / _PUBLIC

    def create(self) -> None:
        """Make the private key (0600) and the public key set; what is there stays."""
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        private = self._dir / _PRIVATE
        if not private.exists():
            key = OKPKey.generate_key("Ed25519", private=True)
            _write(private, key.as_pem(private=True), mode=0o600)
        key = self._key()
        public = {**key.as_dict(private=False), "kid": self._key_id(key), "use": "sig"}
        jwks = orjson.dumps({"keys": [{**public, "alg": "Ed25519"}]})
        if not self.jwks_path.exists() or self.jwks_path.read_bytes() != jwks:
            _write(self.jwks_path, jwks, mode=0o644)

    def issue(self, user: str, *, ttl_s: int = DEFAULT_TTL_S, **claims: Any) -> str:
        """An access token for a user (`find_user`); `claims` replace or add, None leaves one out.

        Raises:
            KeyError: when there is no such user.
        """
        now = int(self._now_s())
        content = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + ttl_s,
            "jti": uuid4().hex,
            **find_user(user, self._jurisdiction).claims(),
            **claims,
        }
        content = {name: value for name, value in content.items() if value is not None}
        key = self._key()
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": self._key_id(key)}
        return jwt.encode(header, content, key, algorithms=["Ed25519"])

    def identify(
        self, user: str, *, client: str, nonce: str, name: str, sub: str = "", **_claims: Any
    ) -> str:
        """An ID token: it says to `client` who signed in, and opens nothing of ours.

        Of the claims that an access token is issued with, `sub` alone is taken.
        """
        now = int(self._now_s())
        content = {
            "iss": self._issuer,
            "aud": client,
            "iat": now,
            "exp": now + ID_TOKEN_TTL_S,
            "sub": sub or find_user(user, self._jurisdiction).subject,
            "name": name,
            "nonce": nonce,
        }
        key = self._key()
        header = {"alg": "Ed25519", "typ": "JWT", "kid": self._key_id(key)}
        return jwt.encode(header, content, key, algorithms=["Ed25519"])

    def _key(self) -> OKPKey:
        return OKPKey.import_key((self._dir / _PRIVATE).read_bytes())

    @staticmethod
    def _key_id(key: OKPKey) -> str:
        return f"local-{key.thumbprint()[:16]}"


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Write by rename: a reader sees the old file or the new one, never half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)
