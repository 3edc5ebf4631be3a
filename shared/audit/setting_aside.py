"""Setting aside what somebody forged: what may be, found and judged, and the records of it.

Only what no reader can ever believe may be set aside (`docs/models/j_aside.py`, j5): where a
signature verifies, whoever had the key, people decide. Nothing is deleted (ADR 0016).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import pymongo
from pymongo.database import Database

from shared.case.admin.setting_aside import AUTHORITY, CommitSetAside, aside_stream
from shared.case.registry import data_of
from shared.config.databases import MAJORITY, PRIMARY
from shared.eventlog import Actor, Command, Door, Draft, EventLog, Loaded, Opened, Reason
from shared.eventlog.aside.documents import (
    document_hash,
    key_named,
    places_taken,
    streams_taken,
    version_at,
)
from shared.eventlog.aside.records import AsideRecords
from shared.eventlog.aside.stream import set_aside_among
from shared.eventlog.errors import Contended, StreamDamaged
from shared.eventlog.numbered import last_taken
from shared.eventlog.stored import signer_of

AT_ONCE: Final = 200
RECORDS_IN_A_COMMIT: Final = 100
LONGEST_STREAM: Final = 500
MOST_PLACES: Final = 1000
LONGEST_WHY: Final = 500
TRIES: Final = 100
READ_TIMEOUT_S: Final = 60
_WHERE: Final = {"stream": 1, "first_version": 1}

Document = dict[str, Any]


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A stored commit that the door refuses, with what a record would say of it.

    `wrong` is why it is refused, `kept` why it may not be set aside, "" where it may. `already`: a
    record names it. It takes `more` places where a list stands in one of its fields.
    """

    stream: str
    version: int
    more: tuple[tuple[str, int], ...] = ()
    hash: str
    key: str
    wrong: str
    kept: str
    already: bool

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"{self.stream}/{self.version}"


class Suspects:
    """Finds what is refused in a log, and says what may be set aside. Reads only."""

    def __init__(self, log: Database[Document], door: Door, records: AsideRecords) -> None:
        self._commits = log.get_collection(
            "commits", read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._door = door
        self._records = records

    def at(self, stream: str, first: int, last: int) -> list[Suspect]:
        """What begins at these versions of a stream: genuine commits too, which are `kept`."""
        wanted = {"stream": stream, "first_version": {"$gte": first, "$lte": last}}
        found: list[Suspect] = []
        with pymongo.timeout(READ_TIMEOUT_S):
            cursor = self._commits.find(wanted).sort("first_version", pymongo.ASCENDING)
            for page in _pages(cursor):
                found += self._judged(page)
        return found

    def every(self) -> list[Suspect]:
        """All that the door refuses among what has no place in the ledger."""
        found: list[Suspect] = []
        for page in _pages(self._commits.find({}, _WHERE)):
            with pymongo.timeout(READ_TIMEOUT_S):
                there = self._there(page)
                ids = [d["_id"] for d in page if there.isdisjoint(places_taken(d))]
                for documents in _pages(self._commits.find({"_id": {"$in": ids}})) if ids else ():
                    found += [one for one in self._judged(documents) if one.wrong]
        return sorted(found, key=lambda one: (one.stream, one.version))

    def _there(self, documents: Sequence[Document]) -> set[tuple[str, int]]:
        """Which of their places the ledger has."""
        return self._records.sequenced([p for one in documents for p in places_taken(one)])

    def _judged(self, documents: Sequence[Document]) -> list[Suspect]:
        opened, there = self._door.open(documents), self._there(documents)
        aside = set_aside_among(documents, opened, self._records)
        return [
            Suspect(
                stream=next(iter(streams_taken(document)), ""),
                version=version_at(document),
                more=tuple(places_taken(document)[1:MOST_PLACES]),
                hash=document_hash(document).hex(),
                key=self._unknown_key(document),
                wrong=one.why,
                kept=self._kept(document, one, there),
                already=n in aside,
            )
            for n, (document, one) in enumerate(zip(documents, opened, strict=True))
        ]

    def _unknown_key(self, document: Document) -> str:
        """The key id that a document names where no key has it, "" else."""
        key_id = key_named(document)
        return "" if key_id in self._door.keyring.entries else key_id

    def _kept(self, document: Document, opened: Opened, there: set[tuple[str, int]]) -> str:
        """Why a document may not be set aside, as a clause; "" where it may."""
        if not opened.wrong:
            return "it is genuine"
        if not there.isdisjoint(places_taken(document)):
            return "the ledger has a commit at this place, which was changed afterwards"
        if not _fits(document):
            return "a record cannot name it: its stream's name is too long, or its places too many"
        if self._is_signed(document, opened) and not self._is_a_copy(document, opened):
            return "its signature verifies: rotate the key, and decide about the stream"
        if any(wrong.reason is Reason.OLD for wrong in opened.wrong) and not self._door.cut_over:
            return "the log is not cut over yet, so that its HMAC may still be checked"
        return ""

    def _is_signed(self, document: Document, opened: Opened) -> bool:
        """Whether the writer that it names signed it, or somebody whose code reads it and ours not.

        A body of one writer under the key of another is believed by nobody, whoever made it.
        """
        signer, commit = signer_of(document, self._door.keyring), opened.commit
        return signer is not None and (commit is None or commit.body.writer == signer.writer)

    def _is_a_copy(self, document: Document, opened: Opened) -> bool:
        """Whether its body is that of a genuine commit which stands at its own place."""
        commit = opened.commit
        if commit is None:
            return False
        own = (commit.stream, commit.first_version)
        if own in places_taken(document):
            return False
        original = self._commits.find_one(dict(zip(("stream", "first_version"), own, strict=True)))
        if original is None:
            return False
        (there,) = self._door.open([original])
        return not there.wrong and there.digest == opened.digest


def _fits(document: Document) -> bool:
    """Whether records can name all the places that a document takes."""
    longest = max(map(len, streams_taken(document)), default=0)
    return longest <= LONGEST_STREAM and len(places_taken(document)) <= MOST_PLACES


def record_aside(
    log: EventLog, named: Sequence[Suspect], *, why: str, actor: Actor, now: datetime
) -> list[str]:
    """Write the records of these commits; the streams on which they stand.

    Each stands on a stream of its own with at most a hundred, so that a forger who takes the name
    of the next stream stops nobody. What a record names already is to be left out by the caller.

    Raises:
        Contended: a hundred streams were taken by others meanwhile; the first records are written.
        LogUnavailable, OutcomeUnknown: begin again, by finding what is not named yet.
    """
    streams: list[str] = []
    facts = [fact for one in named for fact in _records_of(one, why)]
    for start in range(0, len(facts), RECORDS_IN_A_COMMIT):
        part = facts[start : start + RECORDS_IN_A_COMMIT]
        command_id = f"aside:{part[0].hash}:{part[0].first_version}"
        command = Command(command_id=command_id, actor=actor, now=now, authority=AUTHORITY)
        drafts = [Draft(type=one.TYPE, schema=one.SCHEMA, data=data_of(one)) for one in part]
        streams.append(_on_a_new_stream(log, command, drafts))
    return streams


def _records_of(one: Suspect, why: str) -> Iterator[CommitSetAside]:
    """A record for each place that a commit takes: one, but for what no service writes."""
    for stream, version in ((one.stream, one.version), *one.more):
        yield CommitSetAside(
            stream=stream, first_version=version, hash=one.hash, key=one.key, why=why
        )


def _on_a_new_stream(log: EventLog, command: Command, drafts: Sequence[Draft]) -> str:
    def decide(loaded: Loaded) -> Sequence[Draft]:
        return () if loaded.commits else drafts

    number = 0
    for _ in range(TRIES):
        number = last_taken(lambda n: log.is_begun(aside_stream(n)), known=number) + 1
        stream = aside_stream(number)
        try:
            outcome = log.execute(stream, command, decide)
        except StreamDamaged:  # somebody forged its first commit since we looked
            continue
        if outcome.commit is not None:
            return stream
    raise Contended(f"{TRIES} streams of records were taken by others.")


def _pages(documents: Any) -> Iterator[list[Document]]:
    page: list[Document] = []
    for document in documents:
        page.append(document)
        if len(page) == AT_ONCE:
            yield page
            page = []
    if page:
        yield page
