"""A small log with everything an auditor looks at, for the tests of `shared.audit`.

Commits are built by the log's own code and stored with their ledger rows as the sequencer would;
`forge` rewrites one as an insider with any of the keys could.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
from bson.binary import Binary
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo.database import Database

from shared.audit import Checkpointer, SigningKey, verify_log
from shared.audit.tree.merkle import leaf_hash
from shared.eventlog import (
    Actor,
    Command,
    Commit,
    Draft,
    KeyEntry,
    Loaded,
    Sealed,
    Writer,
    canonical,
    event_values,
    prepare,
    sha256,
)
from shared.eventlog.building import build
from shared.eventlog.codec import decode_commit
from shared.eventlog.stored import document_of
from shared.relay.ledger.ledger import Ledger, Row
from tests.support.keys import ring, writer_of

INSTALLATION = "test.example/caseledger"
START = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
WRITERS = (writer_of("intake"), writer_of("review"))
WRITER_KEYS = ring(*WRITERS)


def signing_key(seed: str = "checkpoint", installation: str = INSTALLATION) -> SigningKey:
    raw = hashlib.sha256(seed.encode()).digest()
    return SigningKey(installation, Ed25519PrivateKey.from_private_bytes(raw))


class FakeSealer:
    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        return sha256(f"{stream}/{version}/{field}/{value.plaintext}".encode())


class Ticking:
    """A monotonic clock that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class World:
    """A log of `lanes` lanes in a database of its own."""

    db: Database[dict[str, Any]]
    lanes: int = 2
    key: SigningKey = field(default_factory=signing_key)
    clock: Ticking = field(default_factory=Ticking)
    commits: dict[str, list[Commit]] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)
    written: int = 0
    writer: Writer = field(default_factory=writer_of)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.db)
        with pymongo.timeout(60):  # making indexes takes its time on a busy machine
            prepare(self.db)
            self.ledger.ensure_indexes()
        self.checkpointer = self.new_checkpointer()

    def new_checkpointer(self, key: SigningKey | None = None) -> Checkpointer:
        return Checkpointer(
            self.db,
            key or self.key,
            self.lanes,
            20.0,
            monotonic=self.clock,
            now=lambda: START + timedelta(seconds=self.clock.seconds),
        )

    def build(self, stream: str, events: int = 1, *, sealed: bool = False) -> Commit:
        self.written += 1
        known = self.commits.setdefault(stream, [])
        personal = {"name": Sealed(key_ref="subject/1", plaintext="王")} if sealed else {}
        drafts = [
            Draft(
                type="intake.MaterialAttached",
                schema=1,
                data={"n": n, "label": '户口簿 \x7f \u2028 "q"\n'},
                sealed=personal,
            )
            for n in range(events)
        ]
        commit = build(
            Loaded(stream=stream, commits=tuple(known)),
            Command(
                command_id=f"http:{self.written}",
                actor=Actor(kind="applicant", ref="s-1"),
                now=START + timedelta(seconds=self.written),
                authority="public-security",
            ),
            drafts,
            writer=self.writer,
            sealer=FakeSealer(),
            lanes=self.lanes,
            code_version="test",
        )
        known.append(commit)
        return commit

    @property
    def entries(self) -> list[KeyEntry]:
        """The writers' public keys, as `writers.json` has them."""
        return list(WRITER_KEYS.entries.values())

    def row(self, commit: Commit, position: int) -> Row:
        return Row(
            lane=commit.body.lane,
            position=position,
            stream=commit.stream,
            first_version=commit.first_version,
            last_version=commit.last_version,
            leaf=commit.leaf,
            events=tuple(sha256(value) for value in event_values(commit)),
            sequenced_at=START,
        )

    def store(self, commits: Sequence[Commit]) -> None:
        self.db["commits"].insert_many([document_of(commit) for commit in commits])

    def sequence(self, commits: Sequence[Commit]) -> None:
        rows = []
        for commit in commits:
            lane = commit.body.lane
            self.positions[lane] = self.positions.get(lane, 0) + 1
            rows.append(self.row(commit, self.positions[lane]))
        self.ledger.insert(rows)
        for lane, position in self.positions.items():
            self.ledger.raise_head(lane, position)

    def append(self, stream: str, events: int = 1, *, sealed: bool = False) -> Commit:
        commit = self.build(stream, events, sealed=sealed)
        self.store([commit])
        self.sequence([commit])
        return commit

    def grow(self, commits: int, *, streams: int = 7) -> list[Commit]:
        """Append many commits in two round trips, spread over streams `case/0` and so on."""
        made = [
            self.build(f"case/{n % streams}", 1 + n % 3, sealed=n % 2 == 0) for n in range(commits)
        ]
        self.store(made)
        self.sequence(made)
        return made

    def sign(self) -> int:
        """Let the interval pass and sign everything that grew."""
        self.clock.seconds += 30
        return self.checkpointer.tick()

    def verify(self, **options: Any) -> dict[str, Any]:
        wanted = {"writer_keys": WRITER_KEYS, "now": START + timedelta(days=1)} | options
        return verify_log(self.db, key=self.key.public, lanes=self.lanes, **wanted)

    def kinds(self, **options: Any) -> set[str]:
        result = self.verify(**options)
        assert result["ok"] is not bool(result["findings"])
        return {finding["kind"] for finding in result["findings"]}

    # ---- an insider at work

    def set_commit(self, commit: Commit, **columns: Any) -> None:
        place = {"stream": commit.stream, "first_version": commit.first_version}
        done = self.db["commits"].update_one(place, {"$set": columns})
        assert done.modified_count == 1

    def set_row(self, lane: int, at: int, **columns: Any) -> None:
        place = {"lane": lane, "position": at}
        done = self.db["ledger"].update_one(place, {"$set": columns})
        assert done.modified_count == 1

    def position_of(self, commit: Commit) -> int:
        row = self.ledger.row_of_commit(commit.body.lane, commit.stream, commit.first_version)
        assert row is not None
        return row.position

    def forge(self, commit: Commit, *, with_mac: bool, with_ledger: bool, **body: Any) -> Commit:
        """Rewrite a stored commit's body, hash and whatever else the insider has the keys for."""
        import msgspec  # noqa: PLC0415 - only forgers need it

        content = canonical(msgspec.json.decode(commit.body_bytes) | body)
        digest = sha256(content)
        writer = writer_of("intake")
        columns: dict[str, Any] = {"body": Binary(content), "hash": Binary(digest)}
        if with_mac:
            columns["mac"] = writer.mac(digest)
        self.set_commit(commit, **columns)
        found = self.db["commits"].find_one({"hash": Binary(digest)})
        assert found is not None
        forged = decode_commit(found)
        if with_ledger:
            self.set_row(
                commit.body.lane,
                self.position_of(commit),
                leaf=Binary(leaf_hash(digest)),
                events=[Binary(sha256(value)) for value in event_values(forged)],
            )
        return forged
