"""Data subjects: the map from (issuer, subject of a token) to a random reference, until erasure.

The rest of the system sees a person only as this reference. The map is keyed by an HMAC, and a
person's row is deleted on erasure, so the same person comes back as a new subject.

Who comes to a counter has no token. The map knows them by the identity document that a clerk saw,
or, where none was seen, by the one sitting in which the application was taken in.
"""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.case.registrar.registration import SubjectRegistered
from shared.case.registry import data_of
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog import Actor, Command, Draft, EventLog
from shared.vault.errors import VaultUnavailable
from shared.vault.keys import Keys

BLOCK = 16
REF_BYTES = 16
AUTHORITY = "vault"
SYSTEM = Actor(kind="system", ref="vault")


def subject_stream(ref: str) -> str:
    """The stream of a person's registration and erasure."""
    return f"subject/{ref}"


class CounterSitting(NamedTuple):
    """Somebody at a counter or on the telephone: the reference, and the kind of document seen.

    `how`: present or telephone. `seen`: the kind of the identity document, empty where none was.
    """

    ref: str
    how: str
    seen: str = ""


class KnownSubjects:
    """References of data subjects, for a process that looks people up and registers nobody.

    `subject_key` reads the key of the map when it is needed: some processes have none.
    """

    def __init__(
        self, vault: Database[dict[str, Any]], *, subject_key: Callable[[], bytes]
    ) -> None:
        self._map = vault.get_collection(
            "subjects", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._subject_key = subject_key

    def find(self, issuer: str, subject: str) -> str | None:
        """The reference of a known person; None for an unknown person.

        It is never cached. A person who was just erased and applies again is a new subject, and a
        value sealed under the old reference could never be read.
        """
        return self._ref_in(self._digest(issuer, subject))

    def by_identity(self, kind: str, number: str) -> str | None:
        """The reference of a person whose identity document a clerk saw; None for a stranger."""
        return self._ref_in(self._identity(kind, number))

    def sitting(self, key: str) -> CounterSitting | None:
        """The sitting that was opened under a key; None for one that never was."""
        row = self._row(self._sitting(key))
        return None if row is None else CounterSitting(row["ref"], row["how"], row["seen"])

    def organisation(self, code: str) -> str:
        """The reference of an organisation by its credit code: the same in every case.

        An issuer is never empty, so that no person's message is an organisation's.
        """
        message = b"\x00organisation\x00credit-code\x00" + code.encode()
        return f"organisation-{self._keyed(message)[: 2 * REF_BYTES]}"

    def _ref_in(self, row_id: str) -> str | None:
        row = self._row(row_id)
        return None if row is None else str(row["ref"])

    def _row(self, row_id: str) -> dict[str, Any] | None:
        try:
            return self._map.find_one({"_id": row_id})
        except PyMongoError as error:
            raise VaultUnavailable("The key vault cannot be read.") from error

    def _digest(self, issuer: str, subject: str) -> str:
        return self._keyed(issuer.encode() + b"\x00" + subject.encode())

    def _identity(self, kind: str, number: str) -> str:
        """The row of an identity document. The prefix is on disk."""
        message = b"\x00identity\x00" + kind.encode() + b"\x00" + number.encode()
        return f"identity/{self._keyed(message)}"

    def _sitting(self, key: str) -> str:
        """The row of a sitting. The prefix is on disk."""
        message = b"\x00sitting\x00" + key.encode()
        return f"sitting/{self._keyed(message)}"

    def _keyed(self, message: bytes) -> str:
        return hmac.new(self._subject_key(), message, hashlib.sha256).hexdigest()


class Subjects(KnownSubjects):
    """References of data subjects. `log` opens the event log with the key that registers.

    It is opened when somebody is registered: a process that only looks people up has no such key.

    Keys are made ahead in blocks of sixteen, so that a new subject costs no write for its key.
    """

    def __init__(
        self,
        vault: Database[dict[str, Any]],
        keys: Keys,
        log: Callable[[], EventLog],
        *,
        subject_key: Callable[[], bytes],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(vault, subject_key=subject_key)
        self._keys = keys
        self._log = log
        self._now = now
        self._ahead: deque[str] = deque()

    def find_or_register(self, issuer: str, subject: str) -> str:
        """The reference (32 hex digits) of a person, created at the first request.

        The key and SubjectRegistered are written before the map's row, so every person in the map
        has both.
        """
        return self._registered(self._digest(issuer, subject))

    def open_sitting(
        self, key: str, *, how: str, seen: tuple[str, str] | None = None
    ) -> CounterSitting:
        """The sitting under a key; the same key gives the first one, whatever is said again.

        `seen`: kind and number of the identity document, by which the person is known again;
        without it the person is a new subject, whom nobody else can become.
        """
        known = self.sitting(key)
        if known is not None:
            return known
        if seen is None:
            more = {"how": how, "seen": ""}
            return CounterSitting(self._registered(self._sitting(key), **more), **more)
        more = {"how": how, "seen": seen[0]}
        ref = self._registered(self._identity(*seen))
        try:
            self._map.insert_one({"_id": self._sitting(key), "ref": ref, **more})
        except DuplicateKeyError:
            return self.open_sitting(key, how=how, seen=seen)
        except PyMongoError as error:
            raise VaultUnavailable("The key vault cannot be written.") from error
        return CounterSitting(ref, **more)

    def _registered(self, row_id: str, **more: str) -> str:
        """The reference in a row, which is made with a new subject where there is none."""
        known = self._ref_in(row_id)
        if known is not None:
            return known
        ref = self._next_ref()
        self._register(ref)
        try:
            self._map.insert_one({"_id": row_id, "ref": ref, **more})
        except DuplicateKeyError:
            first = self._registered(row_id)
            if first != ref:  # else our own insert was sent twice: the person has it
                self._ahead.append(ref)  # a concurrent request won: keep ours for the next person
            return first
        except PyMongoError as error:
            raise VaultUnavailable("The key vault cannot be written.") from error
        return ref

    def forget(self, ref: str) -> None:
        """Delete every row that leads from the person to the reference (erasure)."""
        self._map.delete_many({"ref": ref})

    def _next_ref(self) -> str:
        try:
            return self._ahead.popleft()
        except IndexError:
            fresh = [secrets.token_hex(REF_BYTES) for _ in range(BLOCK)]
        names = [(subject_stream(ref), ref) for ref in fresh]
        self._keys.make_block(names, now=self._now())
        self._ahead.extend(fresh[1:])
        return fresh[0]

    def _register(self, ref: str) -> None:
        command = Command(
            command_id=f"vault:register:{ref}", actor=SYSTEM, now=self._now(), authority=AUTHORITY
        )
        fact = SubjectRegistered(key=subject_stream(ref))
        draft = Draft(type=fact.TYPE, schema=fact.SCHEMA, data=data_of(fact))
        self._log().execute(subject_stream(ref), command, lambda _loaded: [draft])
