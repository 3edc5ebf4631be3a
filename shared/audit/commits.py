"""The checks of one stored commit: its bytes, its columns, its writer, its place in its stream.

Pure: a stored document, its ledger row and what came before in the stream go in; findings come
out. Every check is one line of the table in `docs/explanation/proof.md`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson

from shared.audit.tree.merkle import leaf_hash
from shared.eventlog import Commit, canonical, event_values, foreign, sha256
from shared.eventlog.model import FORMAT
from shared.relay.ledger.ledger import Row

COLUMNS: Final = (
    "stream",
    "first_version",
    "last_version",
    "command_id",
    "lane",
    "authority",
    "format",
)


class Problem(NamedTuple):
    """One thing wrong with a commit: a stable word and a sentence."""

    kind: str
    detail: str


class Previous(NamedTuple):
    """What the next commit of a stream must go on from."""

    last_version: int
    hash: bytes
    recorded_at: str
    lane: int
    authority: str

    @classmethod
    def of(cls, commit: Commit, digest: bytes | None = None) -> "Previous":
        """Return what follows from this commit; its hash is computed, never believed."""
        body = commit.body
        return cls(
            last_version=body.last_version,
            hash=digest or sha256(commit.body_bytes),
            recorded_at=body.recorded_at,
            lane=body.lane,
            authority=body.authority,
        )


def check_stored(document: Mapping[str, Any], commit: Commit, digest: bytes) -> Iterator[Problem]:
    """Check the document against the exact bytes that were hashed; `digest` is their SHA-256."""
    if digest != commit.hash:
        yield Problem("hash", "the stored hash is not that of the stored body")
    if canonical(orjson.loads(commit.body_bytes)) != commit.body_bytes:
        yield Problem("canonical", "the body is not in canonical form")
    for name in COLUMNS:
        if document.get(name) != getattr(commit.body, name):
            yield Problem("column", f"the column {name} does not agree with the body")
    sealed = None if commit.sealed is None else sha256(commit.sealed).hex()
    if sealed != commit.body.sealed_hash:
        yield Problem("sealed", "the sealed part is not the one that was committed")


def check_versions(commit: Commit) -> Iterator[Problem]:
    """Check that the commit's own events are numbered densely, in a format we know."""
    body = commit.body
    versions = [event.version for event in body.events]
    if not versions or versions != list(range(body.first_version, body.last_version + 1)):
        yield Problem("versions", "the events are not numbered from first to last version")
    if body.format != FORMAT:
        yield Problem("format", f"the format {body.format} is not known")


def check_chain(commit: Commit, previous: Previous | None) -> Iterator[Problem]:
    """Check that the commit continues its stream: number, hash, time, lane, authority."""
    body = commit.body
    if previous is None:
        if body.first_version != 1 or body.prev_hash is not None:
            yield Problem("predecessor", "the commit before this one is not in the log")
        return
    if body.first_version != previous.last_version + 1:
        yield Problem("versions", f"follows version {previous.last_version} of its stream")
    if body.prev_hash != previous.hash.hex():
        yield Problem("chain", "prev_hash is not the hash of the commit before it")
    if body.recorded_at < previous.recorded_at:
        yield Problem("time", "recorded before the commit that it follows")
    if (body.lane, body.authority) != (previous.lane, previous.authority):
        yield Problem("chain", "lane or authority is not that of the stream")


def check_writer(commit: Commit, keys: Mapping[str, bytes]) -> Iterator[Problem]:
    """Check mac, writer and event types (needs the writers' keys)."""
    reason = foreign(commit, keys)
    if reason is not None:
        yield Problem("writer", reason)


def check_row(commit: Commit, row: Row, digest: bytes) -> Iterator[Problem]:
    """Check that the ledger's row speaks of this commit and of its events as published."""
    body = commit.body
    if (row.lane, row.stream, row.first_version, row.last_version) != (
        body.lane,
        body.stream,
        body.first_version,
        body.last_version,
    ):
        yield Problem("ledger", "the ledger's row speaks of another commit")
    if row.leaf != leaf_hash(digest):
        yield Problem("leaf", "the ledger's leaf is not that of the stored body")
    if list(row.events) != [sha256(value) for value in event_values(commit)]:
        yield Problem("events", "the ledger's event hashes are not those of the events")
