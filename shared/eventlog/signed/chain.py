"""Signed notes as they are kept: numbered from 1 without gaps, insert-only, in `checkpoints`.

The number is the compare-and-set: who signs note n has verified it against note n - 1, and only
one can. The newest note is found by equality look-ups alone, in the logarithm of their number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.eventlog.numbered import last_taken

BATCH: Final = 64


@dataclass(frozen=True)
class StoredNote:
    """Note `n` of a chain; `signed_at` (RFC 3339) is for people, no signature covers it."""

    n: int
    note: str
    signed_at: str


class NoteChain:
    """One chain of notes.

    `lane/<n>` for a lane's checkpoints, `head` for the head notes, `cut-over` for the one note of
    the cut-over to signed commits.
    """

    def __init__(self, log: Database[dict[str, Any]], name: str) -> None:
        self._notes = log["checkpoints"]
        self._known = 0
        self.name = name

    def last(self) -> StoredNote | None:
        """The newest note, None where there is none yet.

        Mostly it is the one that was found before: it and the next number are asked for at once.
        """
        if self._known:
            keys = {self._key(n): n for n in (self._known, self._known + 1)}
            rows = {keys[row["_id"]]: row for row in self._notes.find({"_id": {"$in": [*keys]}})}
            if self._known + 1 not in rows:
                row = rows.get(self._known)
                return None if row is None else _stored(self._known, row)
        self._known = last_taken(lambda n: self._at(n) is not None, known=self._known)
        return self._at(self._known) if self._known else None

    def append(self, n: int, *, note: str, signed_at: str) -> bool:
        """Store note `n`; False when somebody else stored a note of that number first."""
        try:
            self._notes.insert_one({"_id": self._key(n), "note": note, "signed_at": signed_at})
        except DuplicateKeyError:
            return False
        self._known = max(self._known, n)
        return True

    def nearest(self) -> list[str]:
        """The ids of the note that was found before and of the next one, for a look at many."""
        return [self._key(n) for n in (self._known, self._known + 1) if n]

    def among(self, rows: Mapping[str, dict[str, Any]]) -> StoredNote | None:
        """The newest note, where the rows of the nearest tell it; else it is looked for."""
        row = rows.get(self._key(self._known))
        if self._key(self._known + 1) in rows or (row is None and self._known):
            return self.last()
        return None if row is None else _stored(self._known, row)

    def walk(self, *, after: int = 0) -> Iterator[StoredNote | int]:
        """Give every note from `after` + 1 on in order; a number stands for a note that is gone."""
        expected = after + 1
        while True:
            numbers = {self._key(n): n for n in range(expected, expected + BATCH)}
            found = {
                numbers[row["_id"]]: row for row in self._notes.find({"_id": {"$in": [*numbers]}})
            }
            if not found:
                return
            for n in range(expected, max(found) + 1):
                row = found.get(n)
                yield n if row is None else _stored(n, row)
            expected = max(found) + 1

    def _key(self, n: int) -> str:
        return f"{self.name}/{n}"

    def _at(self, n: int) -> StoredNote | None:
        row = self._notes.find_one({"_id": self._key(n)})
        return None if row is None else _stored(n, row)


def newest_of(
    log: Database[dict[str, Any]], chains: Sequence[NoteChain]
) -> list[StoredNote | None]:
    """The newest note of each of these chains, mostly in one read for all."""
    keys = [key for chain in chains for key in chain.nearest()]
    rows = {row["_id"]: row for row in log["checkpoints"].find({"_id": {"$in": keys}})}
    return [chain.among(rows) for chain in chains]


def _stored(n: int, row: dict[str, Any]) -> StoredNote:
    return StoredNote(n, row["note"], row["signed_at"])


def lane_chain(log: Database[dict[str, Any]], lane: int) -> NoteChain:
    """The chain of one lane's checkpoints."""
    return NoteChain(log, f"lane/{lane}")


def head_chain(log: Database[dict[str, Any]]) -> NoteChain:
    """The chain of head notes."""
    return NoteChain(log, "head")


def cut_over_chain(log: Database[dict[str, Any]]) -> NoteChain:
    """The chain with a single note: the end of the HMACs of earlier commits."""
    return NoteChain(log, "cut-over")
