"""The records that set commits aside, read from the log through the door and kept by a process.

They are read from the log and not from the ledger, because they cross lanes: the lane of a record
may itself be held. They are read when something is refused or missing that no known record names,
so that a log without forged commits costs nothing, and a process is at most one read behind.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from pymongo.database import Database

from shared.case.admin.setting_aside import CATEGORY, CommitSetAside
from shared.config.databases import MAJORITY, PRIMARY
from shared.eventlog.aside.documents import (
    document_hash,
    places_taken,
    stands_at,
)
from shared.eventlog.door import Door
from shared.eventlog.model import Commit
from shared.eventlog.stored import Document, Opened, Reason

AT_ONCE: Final = 200
MOST_PLACES: Final = 10_000
OF_RECORDS: Final = {"stream": {"$gte": f"{CATEGORY}/", "$lt": f"{CATEGORY}0"}}
_WHERE: Final = {"_id": 0, "stream": 1, "first_version": 1}
_WHOLE: Final = {"_id": 0, "sealed": 0}
# What may be another answer later: a key or a type that this process does not know yet.
_NOT_YET: Final = {Reason.KEY, Reason.OLD, Reason.TYPE}


class AsideRecords:
    """The records of a log. Safe between threads. `lanes` are those of its ledger.

    A record is honoured for exactly the document that it names, while the ledger has no commit at
    that place; the caller asks for documents that the door refused, and for no others. So a record
    that names a genuine commit changes no reader.
    """

    def __init__(self, log: Database[dict[str, Any]], door: Door, *, lanes: int) -> None:
        self._commits, self._ledger = (
            log.get_collection(name, read_concern=MAJORITY, read_preference=PRIMARY)
            for name in ("commits", "ledger")
        )
        self._door = door
        self._lanes = list(range(lanes))
        self._lock = threading.Lock()
        self._settled: set[tuple[str, int]] = set()
        self._named: dict[bytes, CommitSetAside] = {}
        self._versions: dict[str, set[int]] = {}
        self._honoured: set[bytes] = set()

    def passes(self, refused: Sequence[Document]) -> list[bool]:
        """Of each document that the door refused, whether a record sets it aside."""
        hashes = [document_hash(document) for document in refused]
        if not all(digest in self._named for digest in hashes):
            self.refresh()
        fresh = [
            (digest, document)
            for digest, document in zip(hashes, refused, strict=True)
            if digest in self._named and digest not in self._honoured
        ]
        for start in range(0, len(fresh), AT_ONCE):
            self._honour(fresh[start : start + AT_ONCE])
        return [digest in self._honoured for digest in hashes]

    def explains(self, stream: str, after: int, before: int) -> bool:
        """Whether records name every version between two, of which there is at least one.

        The documents may be gone: the records are enough.
        """
        between = range(after + 1, before)
        if not between:
            return False
        if not self._versions.get(stream, set()).issuperset(between):
            self.refresh()
        return self._versions.get(stream, set()).issuperset(between)

    def every(self) -> dict[bytes, CommitSetAside]:
        """A record that there is now, by the hash of each document that records name."""
        self.refresh()
        return dict(self._named)

    def refresh(self) -> None:
        """Read the records that were written since.

        Raises:
            PyMongoError: the log cannot be read.
        """
        with self._lock:
            places = list(self._commits.find(OF_RECORDS, _WHERE))
            fresh = sorted({d["stream"] for d in places if self._is_new(d)})
            for start in range(0, len(fresh), AT_ONCE):
                wanted = {"stream": {"$in": fresh[start : start + AT_ONCE]}}
                documents = list(self._commits.find(wanted, _WHOLE))
                opened = self._door.open(documents)
                for document, one in zip(documents, opened, strict=True):
                    self._take(document, one)

    def _is_new(self, document: Document) -> bool:
        place = stands_at(document)
        return place is not None and place not in self._settled

    def _take(self, document: Document, opened: Opened) -> None:
        place = stands_at(document)
        if opened.commit is not None and not opened.wrong:
            for record in records_in(opened.commit):
                self._named[bytes.fromhex(record.hash)] = record
                self._versions.setdefault(record.stream, set()).add(record.first_version)
        elif {wrong.reason for wrong in opened.wrong} & _NOT_YET:
            return
        if place is not None:
            self._settled.add(place)

    def _honour(self, named: Sequence[tuple[bytes, Document]]) -> None:
        """Keep those of these documents no place of which the ledger has."""
        there = self.sequenced([place for _, one in named for place in places_taken(one)])
        self._honoured.update(
            digest for digest, one in named if there.isdisjoint(places_taken(one))
        )

    def sequenced(self, places: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Those of these places, stream and first version, that the ledger has."""
        found: set[tuple[str, int]] = set()
        for start in range(0, len(places), MOST_PLACES):
            page = places[start : start + MOST_PLACES]
            rows = self._ledger.find(
                {
                    "lane": {"$in": self._lanes},
                    "stream": {"$in": sorted({stream for stream, _ in page})},
                    "first_version": {"$in": sorted({version for _, version in page})},
                },
                _WHERE,
            )
            found |= {(row["stream"], int(row["first_version"])) for row in rows}
        return found


def records_in(commit: Commit) -> list[CommitSetAside]:
    """The records of a genuine commit that stands on a stream of records.

    One that is not as our command writes it names nothing, and stops nobody.
    """
    found: list[CommitSetAside] = []
    if not commit.stream.startswith(f"{CATEGORY}/"):
        return found
    for event in commit.events:
        if event.type == CommitSetAside.TYPE:
            with suppress(msgspec.ValidationError, ValueError):
                record = msgspec.convert(event.data, CommitSetAside)
                bytes.fromhex(record.hash)
                found.append(record)
    return found
