"""What was typed and not submitted yet, kept for the person who typed it.

Kept by the portal alone. A row is sealed with a key that is derived from the portal's own, the
row's name, and a secret of the person that the API tells: an erasure destroys the secret, and
nobody can open the row any more. Whose it is can be read from no row. Thirty days after it was last
written the database removes it.
"""

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from bson.binary import Binary
from pymongo.collection import Collection
from pymongo.database import Database

from services.portal.forms.parts import Typed
from services.portal.sealing import seal, unseal

COLLECTION = "drafts"
LASTS = timedelta(days=30)
MOST_INPUTS, MOST_CHARACTERS = 1000, 5000
Document = dict[str, Any]


@dataclass(frozen=True)
class DraftOwner:
    """Whose drafts they are, by issuer and subject, and the secret that seals them."""

    name: str
    secret: bytes = field(repr=False)


@dataclass
class FormDraft:
    """What is kept of one form: `about` says of which, `submission` is its idempotency key.

    `typed`: by the name of the input, as it was posted. `edition`: of the form it was typed into.
    `agreed`: the edition of the guide that the applicant agreed to (R-015); empty for none.
    `kept`: the uploads of which the API was told that they are in a draft, last at `kept_at`.
    """

    about: str
    submission: str
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edition: str = ""
    agreed: str = ""
    title: tuple[str, str] = ("", "")
    until: datetime | None = None
    kept: tuple[str, ...] = ()
    kept_at: datetime | None = None

    def type_in(self, names: Iterable[str], posted: Typed) -> None:
        """Put what was posted in place of what these inputs held.

        Raises:
            ValueError: it is more than any form asks for.
        """
        typed = {name: values for name, values in self.typed.items() if name not in set(names)}
        typed |= {name: tuple(values) for name, values in posted.items()}
        long = any(len(one) > MOST_CHARACTERS for values in typed.values() for one in values)
        if long or sum(len(values) + 1 for values in typed.values()) > 2 * MOST_INPUTS:
            raise ValueError("more than a form can hold")
        self.typed = typed


def ensure_indexes(database: Database[Document]) -> None:
    """Let the database remove each row once its time is over; find those of a person."""
    database[COLLECTION].create_index("until", expireAfterSeconds=0)
    database[COLLECTION].create_index("owner")


@dataclass(frozen=True)
class Drafts:
    """The rows of drafts, under the portal's own key."""

    rows: Collection[Document]
    key: bytes = field(repr=False)

    @classmethod
    def at(cls, database: Database[Document], key: bytes) -> "Drafts":
        """Those of the portal's database; nothing is asked yet."""
        return cls(database[COLLECTION], key)

    def load(self, owner: DraftOwner, about: str, *, now: datetime) -> FormDraft | None:
        """The draft of a person about this; None where there is none, or its time is over."""
        row = self.rows.find_one({"_id": self._name(owner, about)})
        return self._opened(row, owner, now)

    def begin(self, owner: DraftOwner, about: str, *, now: datetime) -> FormDraft:
        """The draft of a person about this, or an empty one, which is not kept yet."""
        return self.load(owner, about, now=now) or FormDraft(about, os.urandom(16).hex())

    def of(self, owner: DraftOwner, *, now: datetime) -> list[FormDraft]:
        """Every draft of a person, the one that was written last first."""
        rows = self.rows.find({"owner": self._derived("owner", owner.name).hex()})
        found = [draft for row in rows if (draft := self._opened(row, owner, now))]
        return sorted(found, key=lambda one: one.until or now, reverse=True)

    def save(self, owner: DraftOwner, draft: FormDraft, *, now: datetime) -> None:
        """Keep it, for thirty days from now."""
        name = self._name(owner, draft.about)
        plain = msgspec.json.encode(
            {
                "about": draft.about,
                "submission": draft.submission,
                "typed": draft.typed,
                "edition": draft.edition,
                "agreed": draft.agreed,
                "title": draft.title,
                "kept": draft.kept,
                "kept_at": draft.kept_at,
            }
        )
        row = {
            "owner": self._derived("owner", owner.name).hex(),
            "sealed": Binary(seal(self._key(name, owner), name, plain)),
            "by_person": True,
            "until": now + LASTS,
        }
        self.rows.update_one({"_id": name}, {"$set": row}, upsert=True)

    def forget(self, owner: DraftOwner, about: str) -> None:
        """Remove it."""
        self.rows.delete_one({"_id": self._name(owner, about)})

    def _opened(self, row: Document | None, owner: DraftOwner, now: datetime) -> FormDraft | None:
        if row is None or row["until"] <= now:
            return None
        name = str(row["_id"])
        # A row of before has no secret of its person in its key; it gets one when it is next kept.
        key = self._key(name, owner) if row.get("by_person") else self._derived("seal", name)
        plain = unseal(key, name, bytes(row["sealed"]))
        if plain is None:  # the portal's key was replaced, or the person was erased
            return None
        content = msgspec.json.decode(plain)
        return FormDraft(
            about=content["about"],
            submission=content["submission"],
            typed={name: tuple(values) for name, values in content["typed"].items()},
            edition=content["edition"],
            agreed=content.get("agreed", ""),
            title=(content["title"][0], content["title"][1]),
            until=row["until"],
            kept=tuple(content.get("kept", ())),
            kept_at=_moment(content.get("kept_at")),
        )

    def _name(self, owner: DraftOwner, about: str) -> str:
        return self._derived("name", owner.name, about).hex()

    def _key(self, name: str, owner: DraftOwner) -> bytes:
        return hmac.digest(self._derived("seal", name), owner.secret, "sha256")

    def _derived(self, use: str, *of: str) -> bytes:
        return hmac.digest(self.key, "\0".join((use, *of)).encode(), "sha256")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
