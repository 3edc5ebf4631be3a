"""The commits of one stream: each genuine, each the continuation of the one before it.

Here alone a stored document could be passed over, and only where a record names it that sets it
aside. There are no such records yet: `NOTHING` names none, so that a forged commit makes the
readers of its stream refuse.
"""

from collections.abc import Callable, Sequence
from typing import Final

from shared.eventlog.door import Door, believed
from shared.eventlog.errors import CommitMissing, NotBelieved
from shared.eventlog.model import Commit
from shared.eventlog.stored import Document, Opened

Aside = Callable[[Document, Opened], bool]
"""Whether a record sets this document aside, which the door refused."""


def _nothing(_document: Document, _opened: Opened) -> bool:
    return False


NOTHING: Final[Aside] = _nothing


def genuine(
    stream: str, documents: Sequence[Document], door: Door, aside: Aside = NOTHING
) -> tuple[Commit, ...]:
    """The commits of a stream from its documents, which are in order of their first versions.

    Raises:
        NotBelieved: a document is not genuine and no record sets it aside, or it does not name the
            hash of the commit before it.
        CommitMissing: a version is missing; an auditor must look.
        PyMongoError: what the door needs cannot be read.
    """
    commits: list[Commit] = []
    expected = 1
    for document, opened in zip(documents, door.open(documents), strict=True):
        if opened.wrong and aside(document, opened):
            continue
        commit = believed(document, opened)
        if commit.body.first_version != expected:
            detail = f"{stream} has no commit that begins at version {expected}."
            raise CommitMissing(stream, expected, detail)
        continues(commit, commits[-1] if commits else None)
        commits.append(commit)
        expected = commit.body.last_version + 1
    return tuple(commits)


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
