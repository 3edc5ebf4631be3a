"""The order of each lane: collection `ledger`, one row a commit, insert-only.

Publisher, consumers, lane feed and auditor all read the order of a lane here. Reads are bounded at
both ends. The true head is found from a document that is only ever raised, and by reading on above
it (architecture, "Assign"; model b4').
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from bson.binary import Binary
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.eventlog.aside.documents import stands_at
from shared.eventlog.aside.stream import continues
from shared.eventlog.door import Door, Place
from shared.eventlog.errors import CommitMissing, IndexesMissing, NotBelieved
from shared.eventlog.model import Commit, Loaded
from shared.kafka.record import Record, Signer, records_of

PAGE = 512
Document = dict[str, Any]
_UNIQUE = {
    "lane_position": ["lane", "position"],
    "lane_stream_first": ["lane", "stream", "first_version"],
}


class Row(msgspec.Struct, frozen=True):
    """The ledger's record of one commit: its place, and the hashes of the published values.

    `leaf` is SHA-256(00 ‖ commit hash); `events[i - 1]` the SHA-256 of the value of event i.
    """

    lane: int
    position: int
    stream: str
    first_version: int
    last_version: int
    leaf: bytes
    events: tuple[bytes, ...]
    sequenced_at: datetime

    @property
    def count(self) -> int:
        """Number of events, and of records on the topic."""
        return self.last_version - self.first_version + 1


class LedgerEntry(msgspec.Struct, frozen=True):
    """A row with its commit, without the sealed fields, which no reader of a lane receives."""

    row: Row
    commit: Commit


class Ledger:
    """Reads the ledger, and joins it with the log.

    `door` only where commits are read, `sequencer_key` only where records are signed. Errors are
    pymongo's own: the caller knows whether it waits or answers 503.
    """

    def __init__(
        self,
        log: Database[Document],
        door: Door | None = None,
        *,
        sequencer_key: bytes | None = None,
    ) -> None:
        self._door = door
        self._rows = log["ledger"]
        self._lanes = log["lanes"]
        self._commits = log["commits"]
        self._signer = None if sequencer_key is None else Signer(sequencer_key)

    def ensure_indexes(self) -> None:
        """Create the missing indexes (the sequencer's role allows it)."""
        for name, keys in _UNIQUE.items():
            self._rows.create_index([(k, ASCENDING) for k in keys], name=name, unique=True)
        self._rows.create_index([("leaf", ASCENDING)], name="leaf")

    def check_indexes(self) -> None:
        """Refuse to run without the two unique indexes.

        Raises:
            IndexesMissing: naming the missing ones.
        """
        there = [
            list(index["key"]) for index in self._rows.list_indexes() if index.get("unique", False)
        ]
        missing = [name for name, keys in _UNIQUE.items() if keys not in there]
        if missing:
            raise IndexesMissing(f"The ledger lacks its unique indexes {', '.join(missing)}.")

    def rows(self, lane: int, after: int, upto: int) -> list[Row]:
        """Rows with `after` < position <= `upto`, in order of position."""
        found = self._rows.find(
            {"lane": lane, "position": {"$gt": after, "$lte": upto}}, {"_id": 0}
        ).sort("position", ASCENDING)
        return [_row(document) for document in found]

    def leaves(self, lane: int, after: int, upto: int) -> dict[int, bytes]:
        """The leaf of each row with `after` < position <= `upto`, by its position."""
        found = self._rows.find(
            {"lane": lane, "position": {"$gt": after, "$lte": upto}},
            {"_id": 0, "position": 1, "leaf": 1},
        )
        return {int(row["position"]): bytes(row["leaf"]) for row in found}

    def head(self, lane: int) -> int:
        """The last position of the lane, 0 for an empty lane.

        The head document may lag, since it is raised after the rows. So the ledger is read on above
        it, page by page, as long as pages come back full.
        """
        document = self._lanes.find_one({"_id": f"head/{lane}"})
        head = int(document["position"]) if document else 0
        while True:
            found = self._rows.find(
                {"lane": lane, "position": {"$gt": head, "$lte": head + PAGE}},
                {"_id": 0, "position": 1},
            )
            above = [int(d["position"]) for d in found]
            if not above:
                return head
            full = len(above) == PAGE
            head = max(above)
            if not full:
                return head

    def noted_heads(self, lanes: Iterable[int]) -> dict[int, int]:
        """What the head documents of these lanes say, in one read; each may lag, as `head` says."""
        keys = {f"head/{lane}": lane for lane in lanes}
        found = self._lanes.find({"_id": {"$in": list(keys)}})
        return {keys[document["_id"]]: int(document["position"]) for document in found}

    def heads(self, lane: int, streams: Iterable[str]) -> dict[str, int]:
        """The last version of each stream in the ledger; streams without a row are left out."""
        found = self._rows.find(
            {"lane": lane, "stream": {"$in": sorted(set(streams))}},
            {"_id": 0, "stream": 1, "last_version": 1},
        )
        heads: dict[str, int] = {}
        for document in found:
            stream, version = document["stream"], int(document["last_version"])
            heads[stream] = max(version, heads.get(stream, 0))
        return heads

    def leaf_at(self, lane: int, stream: str, last_version: int) -> bytes | None:
        """The leaf of the commit that ends at this version; None where the ledger has none."""
        document = self._rows.find_one(
            {"lane": lane, "stream": stream, "last_version": last_version}, {"_id": 0, "leaf": 1}
        )
        return None if document is None else bytes(document["leaf"])

    def firsts(self, lane: int, streams: Iterable[str]) -> set[tuple[str, int]]:
        """Stream and first version of every row that the ledger has of these streams."""
        found = self._rows.find(
            {"lane": lane, "stream": {"$in": sorted(set(streams))}},
            {"_id": 0, "stream": 1, "first_version": 1},
        )
        return {(document["stream"], int(document["first_version"])) for document in found}

    def row_of_leaf(self, leaf: bytes) -> Row | None:
        """The row of a commit by its leaf; None if it has no position yet."""
        document = self._rows.find_one({"leaf": Binary(leaf)}, {"_id": 0})
        return None if document is None else _row(document)

    def row_of_commit(self, lane: int, stream: str, first_version: int) -> Row | None:
        """The row of the commit that begins at `first_version` of `stream`."""
        document = self._rows.find_one(
            {"lane": lane, "stream": stream, "first_version": first_version}, {"_id": 0}
        )
        return None if document is None else _row(document)

    def entries(self, lane: int, after: int, limit: int) -> list[LedgerEntry]:
        """At most `limit` positions after `after`, with their commits, in order.

        Raises:
            NotBelieved, CommitMissing: a row whose commit is another one, or absent.
        """
        return self.join(self.rows(lane, after, after + limit))

    def join(self, rows: Sequence[Row]) -> list[LedgerEntry]:
        """Each row with its commit, in the same order.

        Raises:
            NotBelieved: a commit that is not genuine, or not the one of its row.
            CommitMissing: a row whose commit is absent.
        """
        if not rows:
            return []
        documents = self._documents(rows)
        places = {row.leaf: Place(row.lane, row.position) for row in rows}
        found = self._opening.believed(documents, places)
        commits = {(commit.stream, commit.first_version): commit for commit in found}
        return [LedgerEntry(row, _proved(row, commits)) for row in rows]

    def stream(self, stream: str, *, lanes: int) -> Loaded:
        """A stream as far as the ledger has it: what stands in the log alone is not looked at.

        Raises:
            NotBelieved, CommitMissing: a commit that has a place is not genuine, or is absent.
        """
        found = self._rows.find(
            {"lane": {"$in": list(range(lanes))}, "stream": stream}, {"_id": 0}
        ).sort("first_version", ASCENDING)
        commits: list[Commit] = []
        for entry in self.join([_row(document) for document in found]):
            continues(entry.commit, commits[-1] if commits else None)
            commits.append(entry.commit)
        return Loaded(stream=stream, commits=tuple(commits))

    @property
    def _opening(self) -> Door:
        if self._door is None:
            raise TypeError("A ledger without a door gives no commits.")
        return self._door

    def _documents(self, rows: Sequence[Row]) -> list[Document]:
        """The stored commits of these rows, in any order, without what is sealed."""
        wanted = {(row.stream, row.first_version) for row in rows}
        found = self._commits.find(
            {
                "stream": {"$in": sorted({row.stream for row in rows})},
                "first_version": {"$in": sorted({row.first_version for row in rows})},
            },
            {"_id": 0, "sealed": 0},
        )
        return [d for d in found if stands_at(d) in wanted]

    def records(self, lane: int, after: int, limit: int) -> list[Record]:
        """The records of at most `limit` positions after `after`: the lane feed.

        Raises:
            NotBelieved, CommitMissing: a row whose commit is another one, or absent.
        """
        return self.records_of(self.rows(lane, after, after + limit))

    def records_of(self, rows: Sequence[Row]) -> list[Record]:
        """The records of these rows, in the same order.

        Raises:
            NotBelieved, CommitMissing: a row whose commit is another one, or absent.
        """
        return [
            record
            for entry in self.join(rows)
            for record in records_of(
                entry.commit,
                lane=entry.row.lane,
                position=entry.row.position,
                signer=self._signer,
            )
        ]

    # ---- writing: the sequencer alone

    def insert(self, rows: Sequence[Row]) -> None:
        """Insert a contiguous run of rows, in order; stops at the first duplicate.

        The insert is ordered: a position is taken only after its predecessor, so no hole can arise.

        Raises:
            BulkWriteError: a duplicate; the rows before it are inserted.
        """
        self._rows.insert_many([_document(row) for row in rows], ordered=True)

    def raise_head(self, lane: int, position: int) -> None:
        """Raise the lane's head document; it never goes down."""
        key, raised = {"_id": f"head/{lane}"}, {"$max": {"position": position}}
        try:
            self._lanes.update_one(key, raised, upsert=True)
        except DuplicateKeyError:  # another sequencer created it between our read and our insert
            self._lanes.update_one(key, raised)


def _row(document: Document) -> Row:
    return Row(
        lane=document["lane"],
        position=document["position"],
        stream=document["stream"],
        first_version=document["first_version"],
        last_version=document["last_version"],
        leaf=bytes(document["leaf"]),
        events=tuple(bytes(event) for event in document["events"]),
        sequenced_at=document["sequenced_at"],
    )


def _document(row: Row) -> Document:
    return {
        "lane": row.lane,
        "position": row.position,
        "stream": row.stream,
        "first_version": row.first_version,
        "last_version": row.last_version,
        "leaf": Binary(row.leaf),
        "events": [Binary(event) for event in row.events],
        "sequenced_at": row.sequenced_at,
    }


def _proved(row: Row, commits: dict[tuple[str, int], Commit]) -> Commit:
    """The commit of a row, checked against the row's leaf."""
    commit = commits.get((row.stream, row.first_version))
    place = f"lane {row.lane} position {row.position}"
    if commit is None:
        detail = f"The commit {row.stream}/{row.first_version} has {place}, and is not in the log."
        raise CommitMissing(row.stream, row.first_version, detail)
    if commit.leaf != row.leaf:
        detail = f"it is another one than was sequenced at {place}"
        raise NotBelieved(row.stream, row.first_version, reason="changed", detail=detail)
    return commit
