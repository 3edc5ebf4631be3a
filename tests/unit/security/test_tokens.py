"""Forged, foreign, old and confused tokens are refused (security checklist, rows 11 to 17)."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.security import InvalidToken, KeysUnavailable, Role, TokenVerifier
from shared.security.keys import FileKeys, RemoteKeys, key_source, parse_jwks
from shared.security.local_issuer import USERS, LocalIssuer

NOW = 1_800_000_000
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "aud": "caseledger",
    "sub": "u1",
    "client_id": "portal-1",
    "roles": ["applicant"],
    "iat": NOW,
    "exp": NOW + 300,
}
RSA = RSAKey.generate_key(2048, private=True)
EC = ECKey.generate_key("P-256", private=True)
ED = OKPKey.generate_key("Ed25519", private=True)
KEYS = {"RS256": RSA, "ES256": EC, "Ed25519": ED}


def jwks(**keys: Any) -> bytes:
    return json.dumps(
        {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}
    ).encode()


@pytest.fixture
def jwks_file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_bytes(jwks(RS256=RSA, ES256=EC, Ed25519=ED))
    return path


@pytest.fixture
def verifier(jwks_file: Path) -> TokenVerifier:
    return a_verifier(jwks_file)


def a_verifier(path: Path, *, now: float = NOW, audience: str = "caseledger") -> TokenVerifier:
    return TokenVerifier(
        FileKeys(path), issuer="https://issuer.example", audience=audience, now_s=lambda: now
    )


def token(algorithm: str = "Ed25519", header: dict[str, Any] | None = None, **claims: Any) -> str:
    content = {k: v for k, v in {**CLAIMS, **claims}.items() if v is not None}
    named = {"alg": algorithm, "typ": "at+jwt", "kid": algorithm, **(header or {})}
    return jwt.encode(named, content, KEYS[algorithm], algorithms=[algorithm])


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_token(header: Any, claims: Any = CLAIMS, signature: bytes = b"x" * 64) -> str:
    return f"{b64(header)}.{b64(claims)}.{b64(signature)}"


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_good_token_says_who_calls(verifier: TokenVerifier, algorithm: str) -> None:
    found = verifier.verify(
        token(algorithm, department="d1", acr="high", assurance_ref="r", azp="p2", staff_id="s")
    )
    assert (found.issuer, found.subject) == ("https://issuer.example", "u1")
    assert found.roles == {Role.APPLICANT}
    assert (found.portal, found.department, found.staff_id) == ("p2", "d1", "s")
    assert (found.assurance, found.assurance_ref) == ("high", "r")
    assert "u1" not in repr(found)


def test_unknown_roles_are_no_roles(verifier: TokenVerifier) -> None:
    assert verifier.verify(token(roles=["emperor", "officer"])).roles == {Role.OFFICER}


def well_signed(**header: Any) -> str:
    """By the issuer's own key, whatever the header says beside it."""
    named = {"alg": "Ed25519", "typ": "at+jwt", "kid": "Ed25519", **header}
    signed = f"{b64(named)}.{b64(CLAIMS)}"
    private: Any = ED.private_key
    return f"{signed}.{b64(private.sign(signed.encode()))}"


def test_a_token_signed_by_hand_is_good(verifier: TokenVerifier) -> None:
    """So that those below are refused for their header alone."""
    assert verifier.verify(well_signed()).subject == "u1"


def hs_confused(verifier_key: bytes) -> str:
    header = b64({"alg": "HS256", "typ": "at+jwt", "kid": "RS256"})
    signed = f"{header}.{b64(CLAIMS)}"
    mac = hmac.new(verifier_key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{b64(mac)}"


def swapped(part: int, by: str) -> str:
    parts = token().split(".")
    parts[part] = by
    return ".".join(parts)


AT = {"typ": "at+jwt", "kid": "Ed25519"}
FORGED: dict[str, str] = {
    "nothing": "",
    "no token": "abc",
    "two parts": "a.b",
    "five parts (JWE)": "a.b.c.d.e",
    "no signature": token().rsplit(".", 1)[0] + ".",
    "too long": token(extra="x" * 9000),
    "alg none": raw_token({"alg": "none", **AT}, signature=b""),
    "alg None": raw_token({"alg": "None", **AT}),
    "alg missing": raw_token(AT),
    "alg a list": raw_token({"alg": ["Ed25519"], **AT}),
    "alg HS256 with the public RSA key": hs_confused(RSA.as_pem(private=False)),
    "alg HS256 with the key as JSON": hs_confused(json.dumps(RSA.as_dict(private=False)).encode()),
    "alg HS256 by another oct key": jwt.encode(
        {"alg": "HS256", **AT}, CLAIMS, OctKey.generate_key(256), algorithms=["HS256"]
    ),
    "alg of another key": token("ES256", {"kid": "RS256"}),
    "alg EdDSA, the old name": raw_token({"alg": "EdDSA", **AT}),
    "alg PS256": raw_token({"alg": "PS256", "typ": "at+jwt", "kid": "RS256"}),
    "typ of an ID token": token(header={"typ": "JWT"}),
    "typ missing": raw_token({"alg": "Ed25519", "kid": "Ed25519"}),
    "typ of a logout token": token(header={"typ": "logout+jwt"}),
    "unknown kid": token(header={"kid": "other"}),
    "kid missing": raw_token({"alg": "Ed25519", "typ": "at+jwt"}),
    "kid a path": raw_token({"alg": "Ed25519", "typ": "at+jwt", "kid": "../../dev/null"}),
    "kid an address": raw_token({"alg": "Ed25519", "typ": "at+jwt", "kid": "http://evil/k"}),
    "kid a query": raw_token({"alg": "Ed25519", "typ": "at+jwt", "kid": {"$ne": ""}}),
    "kid with NUL": raw_token({"alg": "Ed25519", "typ": "at+jwt", "kid": "a\x00b"}),
    "jku": well_signed(jku="https://evil/jwks"),
    "x5u": well_signed(x5u="https://evil/cert"),
    "x5c": well_signed(x5c=["MII"]),
    "jwk": well_signed(jwk=ED.as_dict(private=False)),
    "crit": well_signed(crit=["exp"]),
    "unknown header": well_signed(extra=1),
    "b64 false": well_signed(b64=False, crit=["b64"]),
    "header a list": raw_token([]),
    "header no JSON": f"{b64(b'{')}.{b64(CLAIMS)}.AA",
    "claims changed": swapped(1, b64({**CLAIMS, "roles": ["auditor"]})),
    "signature of another": swapped(2, token(sub="u2").rsplit(".", 1)[1]),
    "signature empty bytes": swapped(2, "AA"),
    "another issuer": token(iss="https://evil.example"),
    "issuer with a slash more": token(iss="https://issuer.example/"),
    "issuer missing": token(iss=None),
    "another audience": token(aud="other-service"),
    "audience as a substring": token(aud="caseledger-2"),
    "audience missing": token(aud=None),
    "audience list without us": token(aud=["a", "b"]),
    "expired": token(exp=NOW - 61),
    "exp missing": token(exp=None),
    "exp text": token(exp=str(NOW + 300)),
    "exp true": token(exp=True),
    "nbf in the future": token(nbf=NOW + 61),
    "iat in the future": token(iat=NOW + 61),
    "iat missing": token(iat=None),
    "sub missing": token(sub=None),
    "sub empty": token(sub=""),
    "sub a number": token(sub=7),
    "sub with a line end": token(sub="u1\nadmin"),
    "client missing": token(client_id=None),
    "roles missing": token(roles=None),
    "roles text": token(roles="officer"),
    "roles of numbers": token(roles=[1]),
    "department a list": token(department=["public-security"]),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(verifier: TokenVerifier, forged: str) -> None:
    with pytest.raises(InvalidToken):
        verifier.verify(forged)


def test_a_key_brought_by_the_token_itself_is_not_used(verifier: TokenVerifier) -> None:
    mine = OKPKey.generate_key("Ed25519", private=True)
    for header in ({"jwk": mine.as_dict(private=False)}, {}):
        named = {"alg": "Ed25519", "typ": "at+jwt", "kid": "Ed25519", **header}
        forged = jwt.encode(named, CLAIMS, mine, algorithms=["Ed25519"])
        with pytest.raises(InvalidToken):
            verifier.verify(forged)


@pytest.mark.parametrize("skew", [-59, 0, 59])
def test_a_skew_of_less_than_a_minute_is_borne(jwks_file: Path, skew: int) -> None:
    made = token(exp=NOW, nbf=NOW, iat=NOW)
    assert a_verifier(jwks_file, now=NOW + skew).verify(made).subject == "u1"


def test_a_token_for_another_service_of_ours_is_refused(jwks_file: Path) -> None:
    with pytest.raises(InvalidToken):
        a_verifier(jwks_file, audience="other").verify(token())
    assert a_verifier(jwks_file).verify(token(aud=["other", "caseledger"]))


@given(text=st.text(max_size=300) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_no_text_at_all_is_a_fault_of_ours(text: str) -> None:
    keys = RemoteKeys(lambda: jwks(Ed25519=ED))
    verifier = TokenVerifier(keys, issuer="i", audience="a", now_s=lambda: NOW)
    with pytest.raises(InvalidToken):
        verifier.verify(text)


def test_weak_symmetric_and_encryption_keys_are_left_out() -> None:
    with pytest.warns(UserWarning, match="2048"):
        weak = RSAKey.generate_key(1024, private=True)
    entries = [
        {**weak.as_dict(private=False), "kid": "weak"},
        {**OctKey.generate_key(256).as_dict(), "kid": "oct"},
        {**EC.as_dict(private=False), "kid": "enc", "use": "enc"},
        {**EC.as_dict(private=False), "kid": "alg", "alg": "RS256"},
        {"kty": "EC", "crv": "P-256", "x": "!!", "y": "", "kid": "broken"},
        {**ED.as_dict(private=False), "kid": "old-name", "alg": "EdDSA"},
        {**ECKey.generate_key("P-384").as_dict(private=False), "kid": "curve"},
        "nonsense",
    ]
    assert set(parse_jwks(json.dumps({"keys": entries}).encode())) == {"old-name"}


def test_a_key_file_is_read_again_when_it_changes_and_missed_when_it_is_gone(
    verifier: TokenVerifier, jwks_file: Path
) -> None:
    assert verifier.verify(token())
    jwks_file.write_bytes(jwks(RS256=RSA))
    with pytest.raises(InvalidToken):  # removed
        verifier.verify(token())
    jwks_file.write_bytes(jwks(RS256=RSA, Ed25519=ED))
    assert verifier.verify(token())
    jwks_file.unlink()
    with pytest.raises(KeysUnavailable):  # not: a yes from memory
        verifier.verify(token())
    jwks_file.write_text("{")
    with pytest.raises(KeysUnavailable):
        verifier.verify(token())


def test_a_key_file_is_known_once_it_had_a_usable_key(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    keys = FileKeys(path)
    assert not keys.known()
    path.write_text('{"keys": []}')
    assert not keys.known()
    path.write_bytes(jwks(Ed25519=ED))
    assert keys.known()
    path.unlink()
    assert keys.known()


class Issuer:
    """A key address with a clock: what it serves, whether it is there, how often it was asked."""

    def __init__(self) -> None:
        self.now = 0.0
        self.keys: dict[str, Any] = {"a": ED}
        self.away = False
        self.asked = 0
        self.source = RemoteKeys(
            self.fetch, monotonic=lambda: self.now, fresh_s=60, keep_s=300, interval_s=10
        )

    def fetch(self) -> bytes:
        self.asked += 1
        if self.away:
            raise KeysUnavailable("away")
        return jwks(**self.keys)


def test_an_unknown_key_asks_at_most_once_an_interval() -> None:
    issuer = Issuer()
    assert issuer.source.find("a")
    for _ in range(50):
        assert issuer.source.find("forged") is None
    assert issuer.asked == 1
    issuer.now = 10
    for _ in range(50):
        assert issuer.source.find("forged") is None
    assert issuer.asked == 2


def test_a_new_key_is_accepted_within_the_interval_and_a_removed_one_refused() -> None:
    issuer = Issuer()
    assert issuer.source.find("a")
    issuer.keys = {"b": EC}
    issuer.now = 10
    assert issuer.source.find("b")
    assert issuer.source.find("a") is None


def test_a_removed_key_is_refused_after_a_minute_though_nobody_asks_for_another() -> None:
    issuer = Issuer()
    assert issuer.source.find("a")
    issuer.keys = {"b": EC}
    issuer.now = 59
    assert issuer.source.find("a")
    issuer.now = 60
    assert issuer.source.find("a") is None


def test_an_outage_never_opens_the_door() -> None:
    issuer = Issuer()
    issuer.away = True
    with pytest.raises(KeysUnavailable):
        issuer.source.find("a")
    issuer.away, issuer.now = False, 10
    assert issuer.source.find("a")
    issuer.away, issuer.now = True, 309
    assert issuer.source.find("a")  # five minutes are borne
    issuer.now = 310
    with pytest.raises(KeysUnavailable):
        issuer.source.find("a")
    issuer.away, issuer.now = False, 400
    assert issuer.source.find("a")  # and it heals by itself


def test_an_address_is_known_once_it_gave_a_key_and_asked_at_most_once_an_interval() -> None:
    issuer = Issuer()
    issuer.away = True
    assert not any(issuer.source.known() for _ in range(20))
    assert issuer.asked == 1
    issuer.away, issuer.keys, issuer.now = False, {}, 10
    assert not issuer.source.known()
    issuer.keys, issuer.now = {"a": ED}, 20
    assert issuer.source.known()
    issuer.away, issuer.now = True, 1000
    assert issuer.source.known()


def test_an_address_that_does_not_answer_is_no_key() -> None:
    with pytest.raises(KeysUnavailable):
        key_source("http://127.0.0.1:9/jwks.json").find("a")


def test_the_local_issuer_has_one_user_for_each_role_whose_subject_stays(tmp_path: Path) -> None:
    issuer = LocalIssuer(tmp_path)
    issuer.create()
    before = (tmp_path / "issuer.ed25519").read_bytes()
    issuer.create()
    assert (tmp_path / "issuer.ed25519").read_bytes() == before
    assert (tmp_path / "issuer.ed25519").stat().st_mode & 0o777 == 0o600
    assert {role for user in USERS.values() for role in user.roles} == set(Role)
    verifier = TokenVerifier(
        key_source(str(issuer.jwks_path)),
        issuer="urn:caseledger:local-issuer",
        audience="caseledger",
    )
    for name, user in USERS.items():
        assert verifier.verify(issuer.issue(name)).subject == user.subject
    with pytest.raises(InvalidToken):
        verifier.verify(issuer.issue("officer", ttl_s=-100))
    assert "d" not in json.loads(issuer.jwks_path.read_bytes())["keys"][0]
