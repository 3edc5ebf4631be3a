"""The commits of one stream: each genuine, each the continuation of the one before it.

Here alone a stored document is passed over, and only where a record names it that sets it aside
(`docs/models/j_aside.py`). The version that it stands at is no gap then.
"""

from collections.abc import Collection, Sequence
from typing import Final, Protocol

from shared.eventlog.aside.documents import ids_taken, versions_taken
from shared.eventlog.door import Door, believed
from shared.eventlog.errors import CommitMissing, NotBelieved
from shared.eventlog.model import Commit, Loaded, PassedOver, next_free
from shared.eventlog.stored import Document, Opened


class Aside(Protocol):
    """What records set aside; `shared.eventlog.aside.records.AsideRecords` reads them."""

    def passes(self, refused: Sequence[Document]) -> list[bool]:
        """Of each of these documents, which the door refused, whether it is passed over.

        Raises:
            PyMongoError: the records cannot be read.
        """
        ...

    def explains(self, stream: str, after: int, before: int) -> bool:
        """Whether records name every version between two, of which there is at least one.

        Raises:
            PyMongoError: the records cannot be read.
        """
        ...


class _Nothing:
    """There are no records."""

    def passes(self, refused: Sequence[Document]) -> list[bool]:
        return [False] * len(refused)

    def explains(self, stream: str, after: int, before: int) -> bool:  # noqa: ARG002
        return False


NOTHING: Final[Aside] = _Nothing()


def genuine(
    stream: str, documents: Sequence[Document], door: Door, aside: Aside = NOTHING
) -> Loaded:
    """The commits of a stream from its documents, which are in order of their first versions.

    Raises:
        NotBelieved: a document is not genuine and no record sets it aside, or it does not name the
            hash of the commit before it.
        CommitMissing: a version is missing; an auditor must look.
        PyMongoError: what the door needs, or a record, cannot be read.
    """
    opened = door.open(documents)
    skipped = set_aside_among(documents, opened, aside)
    over = tuple(
        PassedOver(versions_taken(documents[n]), ids_taken(documents[n])) for n in sorted(skipped)
    )
    versions = {version for one in over for version in one.versions}
    commits: list[Commit] = []
    for n, (document, one) in enumerate(zip(documents, opened, strict=True)):
        if n not in skipped:
            commit = believed(document, one)
            before = commits[-1] if commits else None
            if versions or commit.first_version != (before.last_version if before else 0) + 1:
                _begins_rightly(commit, before, versions, aside)
            continues(commit, before)
            commits.append(commit)
    return Loaded(stream=stream, commits=tuple(commits), passed_over=over)


def set_aside_among(
    documents: Sequence[Document], opened: Sequence[Opened], aside: Aside
) -> frozenset[int]:
    """The numbers (from 0) of the documents that the door refused and a record sets aside.

    Raises:
        PyMongoError: the records cannot be read.
    """
    refused = [n for n, one in enumerate(opened) if one.wrong]
    if not refused:
        return frozenset()
    passes = aside.passes([documents[n] for n in refused])
    return frozenset(n for n, passed in zip(refused, passes, strict=True) if passed)


def _begins_rightly(
    commit: Commit, before: Commit | None, passed: Collection[int], aside: Aside
) -> None:
    """Refuse a commit that leaves out a version which no record names.

    Raises:
        CommitMissing: naming that version.
    """
    last = 0 if before is None else before.last_version
    expected = next_free(last, passed)
    first = commit.first_version
    if first == expected:
        return
    # the document that stood there may be gone by now: the record is enough
    if first > expected and aside.explains(commit.stream, last, first):
        return
    detail = f"{commit.stream} has no commit that begins at version {expected}."
    raise CommitMissing(commit.stream, expected, detail)


def continues(commit: Commit, before: Commit | None) -> None:
    """Refuse a commit that was made for another place than the one it stands in.

    Raises:
        NotBelieved: it does not continue `before`, the last genuine commit of its stream.
    """
    body = commit.body
    prev_hash = None if before is None else before.hash.hex()
    if body.prev_hash != prev_hash:
        detail = "it does not name the hash of the commit before it"
    elif before is not None and (body.lane, body.authority) != (
        before.body.lane,
        before.body.authority,
    ):
        detail = "its lane or authority is not that of its stream"
    else:
        return
    raise NotBelieved(body.stream, body.first_version, reason="chain", detail=detail)
