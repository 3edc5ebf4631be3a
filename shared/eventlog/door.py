"""The one door to stored commits: every reader's documents are decoded and verified here.

What was verified is remembered under the hash that is recomputed from the body, so that a stream
which was read before costs a hash and a comparison a commit, and no signature. Each commit is
checked for itself: a head does not vouch for its predecessors (ADR 0015).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol

from bson.binary import Binary
from pymongo.database import Database

from shared.eventlog.authors.keys import Keyring
from shared.eventlog.errors import NotBelieved
from shared.eventlog.model import LEAF_PREFIX, Commit
from shared.eventlog.signed.notes import CutOver
from shared.eventlog.stored import (
    BESIDE,
    Document,
    Opened,
    Reason,
    columns_of,
    open_stored,
)

REMEMBERED_BYTES: Final = 4 * 1024 * 1024
_COMPARED: Final = (*BESIDE, "hash", "mac")


class Place(NamedTuple):
    """Where the ledger has a commit."""

    lane: int
    position: int


Places = Mapping[bytes, Place]
"""Places by the leaf of the commit, which says everything else of it."""


class _Known(NamedTuple):
    """A commit that was verified, what must stand beside its body, and how large the body is."""

    opened: Opened
    sealed: bytes | None
    beside: tuple[Any, ...]
    size: int


class Keys(Protocol):
    """The keyring, and the same read again; `shared.eventlog.authors.keys.KeyFile` is one."""

    def __call__(self) -> Keyring: ...
    def again(self) -> Keyring: ...


class FixedKeys:
    """A keyring that never changes."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def __call__(self) -> Keyring:
        """The keyring."""
        return self._ring

    def again(self) -> Keyring:
        """The same."""
        return self._ring


class Door:
    """Opens stored commits for a process. Safe between threads.

    `cut_over` gives the cut-over note, None where there is none. `places` gives the places of
    leaves in the ledger; it is asked for commits with keys of before the signatures alone, and at
    first sight. `remembered` is how many bytes of bodies are kept, the latest read.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        cut_over: Callable[[], CutOver | None] = lambda: None,
        places: Callable[[Sequence[bytes]], Places] = lambda _leaves: {},
        remembered: int = REMEMBERED_BYTES,
    ) -> None:
        self._keys = keys
        self._cut_over = cut_over
        self._places = places
        self._most = remembered
        self._seen: OrderedDict[bytes, _Known] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def open(self, documents: Sequence[Document], places: Places | None = None) -> list[Opened]:
        """Each document, opened, in the same order.

        `places`: what the ledger says of them, where the caller read it already.

        Raises:
            PyMongoError: the ledger or the cut-over note cannot be read.
        """
        found = [self._open(document) for document in documents]
        old = [n for n, one in enumerate(found) if _is_old(one)]
        if old:
            cut_over = self._cut_over()
            if cut_over is not None and places is None:
                places = self._places([leaf_of(found[n]) for n in old])
            for n in old:
                if settled(found[n], places or {}, cut_over):
                    found[n] = open_stored(documents[n], self._keys(), settled=True)
                    self._remember(found[n])
        return found

    def believed(self, documents: Sequence[Document], places: Places | None = None) -> list[Commit]:
        """Each document's commit, in the same order.

        Raises:
            NotBelieved: naming the first that is not genuine, and why.
        """
        return [
            believed(document, opened)
            for document, opened in zip(documents, self.open(documents, places), strict=True)
        ]

    @property
    def keyring(self) -> Keyring:
        """The keys as they are now."""
        return self._keys.again()

    @property
    def cut_over(self) -> CutOver | None:
        """The cut-over note, None where there is none."""
        return self._cut_over()

    def _open(self, document: Document) -> Opened:
        known = self._known(document)
        if known is not None:
            return known
        opened = open_stored(document, self._keys())
        if opened.wrong and opened.wrong[0].reason is Reason.KEY:
            opened = open_stored(document, self._keys.again())
        self._remember(opened)
        return opened

    def _known(self, document: Document) -> Opened | None:
        """A commit that was verified before, and that says beside its body what the body says."""
        body = document.get("body")
        if not isinstance(body, bytes):
            return None
        digest = sha256(body).digest()
        known = self._seen.get(digest)
        if known is None or known.beside != tuple(map(document.get, _COMPARED)):
            return None
        with suppress(KeyError):  # another thread may have dropped it by now
            self._seen.move_to_end(digest)
        if document.get("sealed") != known.sealed:  # some readers leave out what is sealed
            return open_stored(document, None)
        return known.opened

    def _remember(self, opened: Opened) -> None:
        commit = opened.commit
        if commit is None or opened.wrong:
            return
        size = len(commit.body_bytes) + len(commit.sealed or b"")
        beside = (*columns_of(commit.body), commit.hash, commit.mac)
        known = _Known(opened, commit.sealed, beside, size)
        with self._lock:
            before = self._seen.pop(opened.digest, None)
            self._seen[opened.digest] = known
            self._size += size - (before.size if before else 0)
            while self._size > self._most:
                self._size -= self._seen.popitem(last=False)[1].size


def leaf_of(opened: Opened) -> bytes:
    """The leaf that a commit has in the ledger, from the hash that was recomputed."""
    return sha256(LEAF_PREFIX + opened.digest).digest()


def leaf_named(prev_hash: str | None) -> bytes | None:
    """The leaf of the commit that a `prev_hash` names; None where it says that there is none."""
    if prev_hash is None:
        return None
    try:
        return sha256(LEAF_PREFIX + bytes.fromhex(prev_hash)).digest()
    except ValueError:
        return b""  # no hash at all: the leaf of nothing


def settled(opened: Opened, places: Places, cut_over: CutOver | None) -> bool:
    """Whether a commit is the ledger's own row at or below the cut-over."""
    place = places.get(leaf_of(opened))
    if opened.commit is None or place is None or cut_over is None:
        return False
    lane = opened.commit.body.lane
    return place.lane == lane and place.position <= cut_over.size(lane)


def believed(document: Document, opened: Opened) -> Commit:
    """The commit of a document that was opened.

    Raises:
        NotBelieved: something is wrong with it.
    """
    if opened.commit is None or opened.wrong:
        raise NotBelieved(
            str(document.get("stream")),
            document.get("first_version"),
            reason=opened.wrong[0].reason,
            detail=opened.why,
        )
    return opened.commit


def _is_old(opened: Opened) -> bool:
    return bool(opened.wrong) and opened.wrong[0].reason is Reason.OLD


def ledger_places(log: Database[dict[str, Any]]) -> Callable[[Sequence[bytes]], Places]:
    """Where the ledger of a log has the commits of these leaves."""

    def read(leaves: Sequence[bytes]) -> Places:
        found = log["ledger"].find(
            {"leaf": {"$in": [Binary(leaf) for leaf in leaves]}},
            {"_id": 0, "lane": 1, "position": 1, "leaf": 1},
        )
        return {bytes(row["leaf"]): Place(row["lane"], row["position"]) for row in found}

    return read
