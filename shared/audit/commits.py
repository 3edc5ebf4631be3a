"""The checks of one stored commit: what opening it showed, its form, its place in its stream.

Pure: a commit that was opened, its ledger row and what came before in the stream go in; findings
come out. Every check is one line of the table in `docs/explanation/proof.md`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from shared.audit.tree.merkle import leaf_hash
from shared.eventlog import Commit, Opened, Reason, canonical, sha256
from shared.eventlog.aside.stream import NOTHING, Aside
from shared.eventlog.errors import NotCanonical
from shared.eventlog.model import FORMAT
from shared.relay.ledger.ledger import Row

KINDS: Final = {
    Reason.UNREADABLE: "unreadable",
    Reason.HASH: "hash",
    Reason.KEY: "writer",
    Reason.OLD: "writer",
    Reason.SIGNATURE: "writer",
    Reason.TYPE: "writer",
    Reason.COLUMN: "column",
    Reason.VERSIONS: "versions",
}


class CommitProblem(NamedTuple):
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
        """The consequences of this commit; its hash is computed, never believed."""
        body = commit.body
        return cls(
            last_version=body.last_version,
            hash=digest or sha256(commit.body_bytes),
            recorded_at=body.recorded_at,
            lane=body.lane,
            authority=body.authority,
        )


def check_opened(opened: Opened) -> Iterator[CommitProblem]:
    """Name what was wrong with the commit when it was opened, by the kinds of a finding."""
    for wrong in opened.wrong:
        yield CommitProblem(KINDS[wrong.reason], wrong.detail)


def check_body(commit: Commit) -> Iterator[CommitProblem]:
    """Check what only an auditor looks at: the body's form and format, and the sealed part."""
    if not _is_canonical(commit.body_bytes):
        yield CommitProblem("canonical", "the body is not in canonical form")
    sealed = None if commit.sealed is None else sha256(commit.sealed).hex()
    if sealed != commit.body.sealed_hash:
        yield CommitProblem("sealed", "the sealed part is not the one that was committed")
    if commit.body.format != FORMAT:
        yield CommitProblem("format", f"the format {commit.body.format} is not known")


def _is_canonical(content: bytes) -> bool:
    try:
        return canonical(orjson.loads(content)) == content
    except (orjson.JSONDecodeError, NotCanonical):
        return False


def check_chain(
    commit: Commit, previous: Previous | None, aside: Aside = NOTHING
) -> Iterator[CommitProblem]:
    """Check that the commit continues its stream: number, hash, time, lane, authority.

    Versions that it leaves out are no gap where records name each of them.
    """
    body = commit.body
    last = 0 if previous is None else previous.last_version
    dense = body.first_version == last + 1 or aside.explains(body.stream, last, body.first_version)
    if previous is None:
        if not dense or body.prev_hash is not None:
            yield CommitProblem("predecessor", "the commit before this one is not in the log")
        return
    if not dense:
        yield CommitProblem("versions", f"follows version {previous.last_version} of its stream")
    if body.prev_hash != previous.hash.hex():
        yield CommitProblem("chain", "prev_hash is not the hash of the commit before it")
    if body.recorded_at < previous.recorded_at:
        yield CommitProblem("time", "recorded before the commit that it follows")
    if (body.lane, body.authority) != (previous.lane, previous.authority):
        yield CommitProblem("chain", "lane or authority is not that of the stream")


def check_row(
    commit: Commit, row: Row, *, digest: bytes, values: Sequence[bytes]
) -> Iterator[CommitProblem]:
    """Check that the ledger's row speaks of this commit and of its events as published."""
    body = commit.body
    if (row.lane, row.stream, row.first_version, row.last_version) != (
        body.lane,
        body.stream,
        body.first_version,
        body.last_version,
    ):
        yield CommitProblem("ledger", "the ledger's row speaks of another commit")
    if row.leaf != leaf_hash(digest):
        yield CommitProblem("leaf", "the ledger's leaf is not that of the stored body")
    if list(row.events) != [sha256(value) for value in values]:
        yield CommitProblem("events", "the ledger's event hashes are not those of the events")
