"""The checks of what was signed: a lane's checkpoints and tiles, and the head notes.

One pass, in order and in bounded memory: the verifier feeds the leaves of a lane, and every
claim about a size (a checkpoint, somebody's own copy of one) is met when the tree has that size.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from pymongo.database import Database

from shared.audit.findings import Findings
from shared.audit.tree.merkle import EMPTY_ROOT
from shared.audit.tree.tiles import StoredTree, Tile, TileBuilder, TileMissing, TileStore
from shared.eventlog.signed.chain import StoredNote, head_chain, lane_chain
from shared.eventlog.signed.notes import BadNote, Checkpoint, PublicKey, open_checkpoint, open_head

TILES_PER_READ: Final = 64
LOOK_BACK: Final = 64


@dataclass(frozen=True)
class Claim:
    """Somebody's word that the lane had this root at this size; `who` is for people.

    `number` is that of a checkpoint of the lane's own chain, 0 for a copy that somebody holds.
    `tiles`: whether the tree was stored when it had this size.
    """

    size: int
    root: bytes
    who: str
    number: int = 0
    tiles: bool = True


class LaneTree:
    """The tree of one lane as it is rebuilt, held against every claim about it."""

    def __init__(
        self,
        db: Database[dict[str, Any]],
        lane: int,
        *,
        key: PublicKey,
        findings: Findings,
        claims: Sequence[Claim] = (),
        start: tuple[int, int] = (0, 0),
    ) -> None:
        """Begin at `start`: (size, number of its checkpoint), rebuilt from the stored tiles."""
        size, number = start
        self._lane = lane
        self._key = key
        self._findings = findings
        self._store = TileStore(db)
        self._builder = TileBuilder(lane, StoredTree(self._store, lane, size) if size else None)
        signed = self._read_signed(lane_chain(db, lane).walk(after=number), size)
        held = sorted(claims, key=attrgetter("size"))
        self._claims = heapq.merge(held, signed, key=attrgetter("size"))
        self._tiles: list[tuple[Tile, bytes]] = []
        self._broken = False
        self.checkpoints = number
        self.signed_size = size
        self.signed_root = self._builder.frontier.root()
        self._next = next(self._claims, None)

    @property
    def size(self) -> int:
        """Number of leaves so far."""
        return self._builder.size

    def root(self) -> bytes:
        """The root of the leaves so far."""
        return self._builder.frontier.root()

    def append(self, leaf: bytes) -> None:
        """Add a leaf and meet every claim about the tree that it makes."""
        self._tiles.extend(self._builder.append(leaf))
        while self._next is not None and self._next.size <= self._builder.size:
            self._meet(self._next)
            self._next = next(self._claims, None)
        if len(self._tiles) >= TILES_PER_READ:
            self._check_tiles()

    def skip(self) -> None:
        """Say that a leaf is missing, so that no root can be right from here on."""
        self._broken = True

    def finish(self, head: Callable[[], int]) -> None:
        """Report the claims about leaves that are not there; `head` reads the ledger's end.

        A live log is signed on while it is verified: what it signed for later leaves waits for
        the next verification.
        """
        self._check_tiles()
        now = self.size
        while self._next is not None:
            now = head() if self._next.size > now else now
            if self._next.size > now:
                self._add(
                    "truncated", f"{self._next.who} has {self._next.size} leaves, the ledger {now}"
                )
            self._next = next(self._claims, None)

    def _meet(self, claim: Claim) -> None:
        self.checkpoints = max(self.checkpoints, claim.number)
        if claim.number:
            self.signed_size, self.signed_root = claim.size, claim.root
        if claim.root == self.root():
            self._tiles.extend(self._builder.partial() if claim.tiles else ())
        elif not self._broken:
            self._broken = True  # later roots differ for the same reason: named once
            self._add("root", f"{claim.who} has another root at {claim.size} leaves")

    def _read_signed(self, notes: Iterator[StoredNote | int], floor: int) -> Iterator[Claim]:
        for stored in notes:
            if isinstance(stored, int):
                self._add("checkpoint", f"checkpoint {stored} is gone")
                continue
            checkpoint = self._open(stored)
            if checkpoint is None:
                continue
            if checkpoint.size <= floor:
                self._add("checkpoint", f"checkpoint {stored.n} does not grow ({checkpoint.size})")
                continue
            floor = checkpoint.size
            yield Claim(floor, checkpoint.root, f"checkpoint {stored.n}", stored.n)

    def _open(self, stored: StoredNote) -> Checkpoint | None:
        try:
            return open_checkpoint(self._key, self._lane, stored.note)
        except BadNote as error:
            self._add("signature", f"checkpoint {stored.n}: {error}")
            return None

    def _check_tiles(self) -> None:
        if not self._broken:
            wanted = dict(self._tiles)
            stored = self._store.read_many(wanted)
            for tile, hashes in wanted.items():
                found = stored.get(tile) or self._superseded(tile)
                if found != hashes:
                    what = "is not stored" if found is None else "has other hashes"
                    self._add("tile", f"{tile.path} {what}")
        self._tiles.clear()

    def _superseded(self, tile: Tile) -> bytes | None:
        try:
            return self._store.read(tile)
        except TileMissing:
            return None

    def _add(self, kind: str, detail: str) -> None:
        self._findings.add(kind, detail, lane=self._lane)


def check_heads(
    db: Database[dict[str, Any]],
    *,
    key: PublicKey,
    findings: Findings,
    after: int,
    checkpoints: Mapping[int, int],
) -> int:
    """Check the head notes after number `after`; return the number of the last one.

    `checkpoints` gives for each lane the number of a checkpoint that is already verified; what a
    head note lists is looked up among the ones around and after it. Heads and checkpoints are
    both in order, so that one pass over either is enough.
    """
    known = {
        lane: _Listed(db, lane, key, after=max(0, number - LOOK_BACK) if after else 0)
        for lane, number in checkpoints.items()
    }
    last, lanes = after, 0
    for stored in head_chain(db).walk(after=after):
        if isinstance(stored, int):
            findings.add("head", f"head note {stored} is gone")
            continue
        last = stored.n
        try:
            head = open_head(key, stored.note)
        except BadNote as error:
            findings.add("signature", f"head note {stored.n}: {error}")
            continue
        if len(head.lanes) < lanes:
            findings.add("head", f"head note {stored.n} lists fewer lanes than the one before")
        lanes = len(head.lanes)
        for lane, (size, root) in enumerate(head.lanes):
            if lane not in known or known[lane].root_at(size) != root:
                findings.add(
                    "head", f"head note {stored.n} lists {size} leaves: no such tree", lane=lane
                )
    return last


class _Listed:
    """The roots of one lane by size, for sizes that only grow."""

    def __init__(
        self, db: Database[dict[str, Any]], lane: int, key: PublicKey, *, after: int
    ) -> None:
        self._opened = _open_all(lane_chain(db, lane).walk(after=after), lane, key)
        self._size, self._root = 0, EMPTY_ROOT

    def root_at(self, size: int) -> bytes | None:
        while self._size < size:
            checkpoint = next(self._opened, None)
            if checkpoint is None:
                return None
            self._size, self._root = checkpoint.size, checkpoint.root
        return self._root if self._size == size else None


def _open_all(notes: Iterator[StoredNote | int], lane: int, key: PublicKey) -> Iterator[Checkpoint]:
    """Give those that open; the others were reported when the lane was verified."""
    for stored in notes:
        if not isinstance(stored, int):
            try:
                yield open_checkpoint(key, lane, stored.note)
            except BadNote:
                continue
