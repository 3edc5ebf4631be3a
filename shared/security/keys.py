"""Public keys that tokens are verified with: from a JWKS file or address, and when they are asked.

It exists because rotation and outage are where token checks go wrong: a new key must be accepted
within minutes, a removed one refused, and an issuer that is away must never open the door
(security checklist, rows 15, 16 and 30).
"""

from __future__ import annotations

import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

PublicKey = RSAKey | ECKey | OKPKey
KeySet = Mapping[str, tuple[str, PublicKey]]
"""Key id -> (the one algorithm it may be used with, key)."""

_MIN_RSA_BITS = 2048
_MAX_KEYS = 100
_FETCH_TIMEOUT_S = 2.0
_MAX_JWKS_BYTES = 256 * 1024


class KeysUnavailable(Exception):
    """The keys cannot be had, so no token can be judged: the caller gets 503, never a yes."""


class KeySource(Protocol):
    """Where a verifier finds the key of a key id."""

    def find(self, key_id: str) -> tuple[str, PublicKey] | None:
        """(algorithm, key), or None when the issuer has no such key.

        Raises:
            KeysUnavailable: when that cannot be known now.
        """
        ...

    def known(self) -> bool:
        """Whether usable keys were had, once since the start: asks for them until they were."""
        ...


def key_source(jwks: str, *, monotonic: Callable[[], float] = time.monotonic) -> KeySource:
    """The source for a setting: an http(s) address, else a file."""
    if jwks.startswith(("https://", "http://")):
        return RemoteKeys(lambda: _fetch(jwks), monotonic=monotonic)
    return FileKeys(Path(jwks))


def parse_jwks(raw: bytes) -> KeySet:
    """The usable signing keys of a JWKS; other keys (encryption, `oct`, weak) are left out.

    Raises:
        KeysUnavailable: when it is no JWKS at all.
    """
    try:
        entries = orjson.loads(raw)["keys"]
        if not isinstance(entries, list) or len(entries) > _MAX_KEYS:
            raise KeysUnavailable("the key set is malformed")
    except (ValueError, KeyError, TypeError) as error:
        raise KeysUnavailable("the key set is malformed") from error
    found: dict[str, tuple[str, PublicKey]] = {}
    for entry in entries:
        if isinstance(entry, dict) and (usable := _usable(entry)):
            found[usable[0]] = usable[1:]
    return found


def _usable(entry: dict[str, Any]) -> tuple[str, str, PublicKey] | None:
    key_id, algorithm = entry.get("kid"), _algorithm(entry)
    if not isinstance(key_id, str) or algorithm is None or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", algorithm) not in {algorithm, "EdDSA" if algorithm == "Ed25519" else ""}:
        return None
    public: dict[str, Any] = {
        name: entry[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in entry
    }
    try:
        if algorithm == "RS256" and _bits(public["n"]) < _MIN_RSA_BITS:
            return None
        key = _import(algorithm, public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key_id, algorithm, key


def _bits(modulus: str) -> int:
    padded = modulus + "=" * (-len(modulus) % 4)
    return int.from_bytes(urlsafe_b64decode(padded), "big").bit_length()


def _import(algorithm: str, public: dict[str, Any]) -> PublicKey:
    if algorithm == "RS256":
        return RSAKey.import_key(public)
    return ECKey.import_key(public) if algorithm == "ES256" else OKPKey.import_key(public)


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    """The only algorithm a key may be used with: it follows from the key, not the token."""
    match (entry.get("kty"), entry.get("crv")):
        case ("RSA", None):
            return "RS256"
        case ("EC", "P-256"):
            return "ES256"
        case ("OKP", "Ed25519"):
            return "Ed25519"
    return None


class FileKeys:
    """Keys of a JWKS file, read again whenever the file changes; no file, no yes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int], KeySet] | None = None
        self._known = False

    def find(self, key_id: str) -> tuple[str, PublicKey] | None:
        """The key as the file has it now."""
        return self._keys().get(key_id)

    def known(self) -> bool:
        """Whether the file was there and had a usable key, once since the start."""
        if not self._known:
            try:
                self._known = bool(self._keys())
            except KeysUnavailable:
                return False
        return self._known

    def _keys(self) -> KeySet:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, parse_jwks(self._path.read_bytes()))
        except OSError as error:
            raise KeysUnavailable("the key file cannot be read") from error
        return self._read[1]


class RemoteKeys:
    """Keys of a JWKS address, cached.

    Asked again when they are older than `fresh_s`, and, for a key id that is not known, when the
    last attempt is at least `interval_s` ago (so that forged key ids cannot make us a nuisance).
    Kept through an outage until they are `keep_s` old; then nobody is let in until it is over.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        fresh_s: float = 60.0,
        keep_s: float = 300.0,
        interval_s: float = 10.0,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._fresh_s, self._keep_s, self._interval_s = fresh_s, keep_s, interval_s
        self._lock = threading.Lock()
        self._keys: KeySet = {}
        self._known = False
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def find(self, key_id: str) -> tuple[str, PublicKey] | None:
        """The key from a set that is at most `keep_s` old."""
        age = self._age()
        if age >= self._fresh_s or key_id not in self._keys:
            self._refresh()
        if self._age() >= self._keep_s:
            raise KeysUnavailable("the issuer's keys cannot be fetched")
        return self._keys.get(key_id)

    def known(self) -> bool:
        """Whether the address gave a usable key, once since the start."""
        if not self._known:
            if self._age() >= self._fresh_s or not self._keys:
                self._refresh()
            self._known = bool(self._keys)
        return self._known

    def _age(self) -> float:
        fetched_at = self._fetched_at
        return float("inf") if fetched_at is None else self._monotonic() - fetched_at

    def _refresh(self) -> None:
        with self._lock:  # one thread asks; the others wait for its answer
            now = self._monotonic()
            if self._tried_at is not None and now - self._tried_at < self._interval_s:
                return
            self._tried_at = now
            try:
                self._keys = parse_jwks(self._fetch())
            except KeysUnavailable:
                return  # the age decides how long the old ones are good
            self._fetched_at = now


def _fetch(url: str) -> bytes:
    import httpx  # noqa: PLC0415  only an installation with a remote issuer pays its memory

    try:
        answer = httpx.get(url, timeout=_FETCH_TIMEOUT_S, follow_redirects=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise KeysUnavailable("the issuer's keys cannot be fetched") from error
    if len(answer.content) > _MAX_JWKS_BYTES:
        raise KeysUnavailable("the key set is too large")
    return answer.content
