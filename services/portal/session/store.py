"""Sessions on the server, each sealed with a key that its cookie alone carries.

The database has neither the cookie nor the key: whoever reads it does not learn who is signed in or
what was typed, and can take over no session.
"""

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from bson.binary import Binary
from pymongo.collection import Collection
from pymongo.database import Database

from services.portal.sealing import seal, unseal

SECRET_BYTES = 32
LASTS = timedelta(hours=8)
COLLECTION = "sessions"
Document = dict[str, Any]


@dataclass(frozen=True)
class Ticket:
    """The secret in a browser's cookie, and what is derived from it."""

    secret: bytes

    @classmethod
    def draw(cls) -> "Ticket":
        """A new one."""
        return cls(os.urandom(SECRET_BYTES))

    @classmethod
    def read(cls, cookie: str | None) -> "Ticket | None":
        """The ticket of a cookie; None where it is none of ours."""
        try:
            secret = urlsafe_b64decode(f"{cookie or ''}=")
        except ValueError:
            return None
        return cls(secret) if len(secret) == SECRET_BYTES else None

    @property
    def cookie(self) -> str:
        """As the browser keeps it."""
        return urlsafe_b64encode(self.secret).decode("ascii").rstrip("=")

    @property
    def id(self) -> str:
        """The name of its row."""
        return self._derived(b"id").hex()

    @property
    def csrf(self) -> str:
        """The token that a form of this browser carries: no row is needed to check it."""
        return self._derived(b"csrf").hex()

    @property
    def key(self) -> bytes:
        """The key that its row is sealed with."""
        return self._derived(b"key")

    def _derived(self, use: bytes) -> bytes:
        return hashlib.blake2b(self.secret, person=use.ljust(16, b"\0"), digest_size=32).digest()


@dataclass(frozen=True)
class Sessions:
    """The rows of sessions; a row ends eight hours after it was last written."""

    rows: Collection[Document]

    @classmethod
    def at(cls, database: Database[Document]) -> "Sessions":
        """Those of a portal's database; nothing is asked yet."""
        return cls(database[COLLECTION])

    def ensure_indexes(self) -> None:
        """Let the database remove each row once its time is over."""
        self.rows.create_index("until", expireAfterSeconds=0)

    def load(self, ticket: Ticket, *, now: datetime) -> Document:
        """What was remembered; empty where there is nothing that this ticket opens."""
        row = self.rows.find_one({"_id": ticket.id})
        if row is None or row["until"] <= now:
            return {}
        plain = unseal(ticket.key, ticket.id, bytes(row["sealed"]))
        if plain is None:
            return {}
        found: Document = msgspec.json.decode(plain)
        return found

    def save(self, ticket: Ticket, content: Document, *, now: datetime) -> None:
        """Remember this content for this ticket in place of what was there."""
        sealed = seal(ticket.key, ticket.id, msgspec.json.encode(content))
        row = {"sealed": Binary(sealed), "until": now + LASTS}
        self.rows.update_one({"_id": ticket.id}, {"$set": row}, upsert=True)

    def forget(self, ticket: Ticket) -> None:
        """Remove what was remembered for this ticket."""
        self.rows.delete_one({"_id": ticket.id})

    def ping(self) -> None:
        """Ask the database for a row that is not there.

        Raises:
            PyMongoError: it does not answer.
        """
        self.rows.find_one({"_id": ""})
