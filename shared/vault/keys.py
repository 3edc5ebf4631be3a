"""Data keys: created, wrapped by a key-encryption key, cached for a bounded time, destroyed.

A row: `{_id: key reference, owner, state: live | destroyed, kek, wrapped, made_at}`. A destroyed
row stays, so that no new key can be created under its name (model f2).
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple

from bson.binary import Binary
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE, LINEARIZABLE, MAJORITY, PRIMARY
from shared.vault.errors import Erased, KeyMissing, VaultUnavailable

NONCE_BYTES = 12
KEY_BYTES = 32
MOST_REMEMBERED = 10_000
MOST_BEGUN = 1_000
STORED_WITHIN_S = 4.0  # from its start; after that, a waiting caller gets VaultUnavailable


def encrypt(key: bytes, plaintext: bytes, place: bytes) -> bytes:
    """Nonce ‖ AES-256-GCM ciphertext, bound to `place`; a random nonce each time."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, place)


def decrypt(key: bytes, ciphertext: bytes, place: bytes) -> bytes:
    """The plaintext; raises `cryptography.exceptions.InvalidTag` if bytes or place were altered."""
    return AESGCM(key).decrypt(ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], place)


class _Begun(NamedTuple):
    """A key that is being stored; `stored` becomes False if its name had a row already."""

    key: bytes
    stored: Future[bool]
    since: float


class Keys:
    """Keys by reference. Reads are linearizable and cached for at most `cache_s` seconds.

    A caller that reads with a key checks `fresh` again before it returns the answer, so that a key
    is never used longer than the bound after its destruction (model f1, f6).
    """

    def __init__(
        self,
        vault: Database[dict[str, Any]],
        kek: Sequence[tuple[str, bytes]],
        *,
        cache_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rows = vault.get_collection(
            "keys", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._exact = vault.get_collection(
            "keys", read_concern=LINEARIZABLE, read_preference=PRIMARY
        )
        self._kek = dict(kek)
        self._newest_kek = kek[0][0]
        self._cache_s = cache_s
        self._monotonic = monotonic
        self._cache: dict[str, tuple[bytes, float]] = {}
        self._begun: dict[str, _Begun] = {}
        self._pool: ThreadPoolExecutor | None = None

    def make(self, key_ref: str, *, owner: str, now: datetime) -> None:
        """Create a key, unless a key of that name exists or existed.

        Raises:
            Erased: the key of that name was destroyed.
        """
        self.make_block([(key_ref, owner)], now=now)

    def begin(self, key_ref: str, *, owner: str, now: datetime) -> None:
        """Start to create a key beside other work; its first use waits until it is stored.

        A key is stored before any value is sealed with it, so no value can become unreadable.
        """
        if self._pool is None:  # created after the fork
            self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="keys")
        key = os.urandom(KEY_BYTES)
        row = self._row(key_ref, key, owner, now)
        while len(self._begun) >= MOST_BEGUN:  # the oldest belong to refused commands
            self._begun.pop(next(iter(self._begun)), None)
        since = self._monotonic()  # before the key is stored: the bound counts from here
        self._begun[key_ref] = _Begun(key, self._pool.submit(self._insert, [row]), since)

    def make_block(self, names: Iterable[tuple[str, str]], *, now: datetime) -> None:
        """Create several keys (reference, owner) with a single write, ahead of their need."""
        made = {ref: (os.urandom(KEY_BYTES), owner) for ref, owner in names}
        asked_at = self._monotonic()
        if self._insert([self._row(ref, key, owner, now) for ref, (key, owner) in made.items()]):
            for ref, (key, _) in made.items():
                self._remember(ref, key, asked_at)

    def _insert(self, rows: list[dict[str, Any]]) -> bool:
        """Store key rows; False if any of them existed already."""
        try:
            self._rows.insert_many(rows)
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            if _only_duplicates(error):
                return False
            raise VaultUnavailable("The key vault cannot be written.") from error
        return True

    def get(self, key_ref: str) -> bytes:
        """The key, from memory if it is young enough, else from its row.

        Raises:
            Erased, KeyMissing, VaultUnavailable.
        """
        self._finish(key_ref)
        known = self._cache.get(key_ref)
        if known is not None and self.fresh(key_ref):
            return known[0]
        asked_at = self._monotonic()  # before the read: the bound counts from here
        try:
            row = self._exact.find_one({"_id": key_ref})
        except PyMongoError as error:
            raise VaultUnavailable("The key vault cannot be read.") from error
        if row is None:
            raise KeyMissing(f"There is no key {key_ref}.")
        if row["state"] != "live":
            self._cache.pop(key_ref, None)
            raise Erased("This person's data have been erased.")
        key = decrypt(self._kek[row["kek"]], bytes(row["wrapped"]), key_ref.encode())
        self._remember(key_ref, key, asked_at)
        return key

    def _finish(self, key_ref: str) -> None:
        """Wait for a key whose creation has begun, if any, and cache it if it was stored.

        Two threads may create the same key. Neither drops its copy until the insert has an outcome,
        so a reader finds the key in memory or in the database.
        """
        begun = self._begun.get(key_ref)
        if begun is None:
            return
        try:
            stored = begun.stored.result(
                max(0.0, begun.since + STORED_WITHIN_S - self._monotonic())
            )
        except TimeoutError as error:
            raise VaultUnavailable("The key vault does not store a key.") from error
        except VaultUnavailable:
            self._begun.pop(key_ref, None)
            raise
        if stored:
            self._remember(key_ref, begun.key, begun.since)
        self._begun.pop(key_ref, None)

    def _remember(self, key_ref: str, key: bytes, since: float) -> None:
        if len(self._cache) >= MOST_REMEMBERED:
            self._cache.clear()
        self._cache[key_ref] = (key, since)

    def fresh(self, key_ref: str) -> bool:
        """Whether the cached key may still be used."""
        known = self._cache.get(key_ref)
        return known is not None and self._monotonic() - known[1] < self._cache_s

    def owned(self, owner: str) -> list[str]:
        """References of the live keys of an owner."""
        found = self._rows.find({"owner": owner, "state": "live"}, {"_id": 1})
        return [row["_id"] for row in found]

    def destroyed(self, key_refs: Iterable[str]) -> set[str]:
        """The destroyed keys among these: values sealed with them are erased."""
        found = self._rows.find({"_id": {"$in": list(key_refs)}, "state": "destroyed"}, {"_id": 1})
        return {row["_id"] for row in found}

    def destroy(self, key_ref: str, *, owner: str, now: datetime) -> None:
        """Unset the key material; the row stays (or is created) with state `destroyed`."""
        self._rows.update_one(
            {"_id": key_ref},
            {
                "$set": {"state": "destroyed", "destroyed_at": now, "owner": owner},
                "$unset": {"wrapped": "", "kek": ""},
            },
            upsert=True,
        )
        self._begun.pop(key_ref, None)
        self._cache.pop(key_ref, None)

    def rewrap(self, *, limit: int = 500) -> int:
        """Wrap up to `limit` keys of older key-encryption keys anew; returns their number.

        It writes only rows that are live and unchanged, so a key that is being destroyed stays
        destroyed (model f3).
        """
        older = [name for name in self._kek if name != self._newest_kek]
        done = 0
        for row in self._rows.find({"state": "live", "kek": {"$in": older}}).limit(limit):
            key = decrypt(self._kek[row["kek"]], bytes(row["wrapped"]), row["_id"].encode())
            answer = self._rows.update_one(
                {"_id": row["_id"], "state": "live", "wrapped": row["wrapped"]},
                {"$set": {"kek": self._newest_kek, "wrapped": self._wrap(row["_id"], key)}},
            )
            done += answer.modified_count
        return done

    def _row(self, key_ref: str, key: bytes, owner: str, now: datetime) -> dict[str, Any]:
        return {
            "_id": key_ref,
            "owner": owner,
            "state": "live",
            "kek": self._newest_kek,
            "wrapped": self._wrap(key_ref, key),
            "made_at": now,
        }

    def _wrap(self, key_ref: str, key: bytes) -> Binary:
        return Binary(encrypt(self._kek[self._newest_kek], key, key_ref.encode()))


def _only_duplicates(error: PyMongoError) -> bool:
    """Whether a bulk write failed only on rows that existed already."""
    details = getattr(error, "details", None) or {}
    failed = details.get("writeErrors", [])
    return bool(failed) and all(one.get("code") == 11000 for one in failed)  # noqa: PLR2004


def prepare(vault: Database[dict[str, Any]]) -> None:
    """Create the vault's indexes, when an installation is set up."""
    vault["keys"].create_index([("owner", ASCENDING)], name="owner")
    vault["subjects"].create_index([("ref", ASCENDING)], name="ref")
