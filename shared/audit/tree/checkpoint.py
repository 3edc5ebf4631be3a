"""The checkpointer: signs each lane as it grows, and never what contradicts what it signed.

A loop of one-effect steps (tiles, checkpoint, head note), so that a test can stop between any
two. Any number may run at once: tiles are the same bytes whoever stores them, and a checkpoint
takes the next number of its chain or gives way. Architecture, "Proof"; C2SP tlog-checkpoint.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.audit.tree.merkle import EMPTY_ROOT, consistency_path, verify_consistency
from shared.audit.tree.tiles import (
    StoredTree,
    Tile,
    TileBuilder,
    TileConflict,
    TileMissing,
    TileStore,
)
from shared.config.wall_clock import utc_now
from shared.eventlog import timestamp
from shared.eventlog.signed.chain import StoredNote, head_chain, lane_chain, newest_of
from shared.eventlog.signed.notes import (
    BadNote,
    Checkpoint,
    Head,
    SigningKey,
    head_origin,
    lane_origin,
    open_checkpoint,
    open_head,
)
from shared.relay.ledger.ledger import Ledger

ROWS_PER_CHECKPOINT: Final = 1 << 15
ROWS_PER_READ: Final = 1000
DEEP_S: Final = 20.0
Listed = tuple[tuple[int, bytes], ...]

_log = structlog.get_logger(__name__)


class Inconsistent(Exception):
    """What is stored contradicts what was signed before: nothing is signed until it is settled."""


class LedgerRow(Protocol):
    """What a tree needs of a ledger row."""

    @property
    def position(self) -> int: ...
    @property
    def leaf(self) -> bytes: ...


class LedgerReader(Protocol):
    """The part of `shared.relay.ledger.ledger.Ledger` that is read here."""

    def head(self, lane: int) -> int:
        """The highest position of the lane, 0 when it is empty."""
        ...

    def noted_heads(self, lanes: Collection[int]) -> Mapping[int, int]:
        """The noted head of each lane that has one; it may lag behind the true one."""
        ...

    def rows(self, lane: int, after: int, upto: int) -> Sequence[LedgerRow]:
        """The rows with after < position <= upto, in order."""
        ...


@dataclass(frozen=True)
class Step:
    """One effect that a step had: what was stored, for which lane (None: for all), up to where."""

    what: str
    lane: int | None
    size: int = 0


@dataclass(frozen=True)
class _Look:
    """What one look at all lanes found: each one's newest checkpoint, and where its rows end.

    `heads` may lag: as noted by the sequencer, or as read a moment ago.
    """

    newest: Mapping[int, StoredNote | None]
    heads: Mapping[int, int]


@dataclass
class _Plan:
    """A lane's next checkpoint, while its tiles are being stored."""

    number: int
    old: Checkpoint
    new: Checkpoint
    tiles: list[tuple[Tile, bytes]] = field(default_factory=list)
    more: bool = False


class Checkpointer:
    """Signs lanes 0 … `lanes` - 1 of one log, each once in `interval_s` while it grows.

    All lanes are due at the same moments, so that one look tells of all. It reads what the
    sequencer noted, and the ledger itself every `DEEP_S` seconds: a note lags while it is busy.

    `refused` names the lanes that are not signed for now, with the reason; each is looked at
    again after the interval.
    """

    def __init__(
        self,
        db: Database[dict[str, Any]],
        key: SigningKey,
        lanes: int,
        interval_s: float,
        *,
        ledger: LedgerReader | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = db
        self._key = key
        self._lanes = lanes
        self._interval_s = interval_s
        self._ledger: LedgerReader = Ledger(db) if ledger is None else ledger
        self._monotonic = monotonic
        self._now = now
        self._tiles = TileStore(db)
        self._chains = [lane_chain(db, lane) for lane in range(lanes)]
        self._heads = head_chain(db)
        self._plans: dict[int, _Plan] = {}
        self._due: dict[int, float] = dict.fromkeys(range(lanes), float("-inf"))
        self._began = monotonic()
        self._deep_at = float("-inf")
        self._looked: dict[int, _Look] = {}
        self._head_due = True
        self.refused: dict[int, str] = {}

    def tick(self) -> int:
        """Do every step that is due; return how many there were. For the sequencer's loop.

        A server that is away is logged and tried again at the next tick.
        """
        done = 0
        try:
            while self.step() is not None:
                done += 1
        except PyMongoError as error:
            _log.warning("checkpoint_postponed", error=type(error).__name__)
        return done

    def step(self) -> Step | None:
        """Have at most one effect and say which; None when nothing is due."""
        for lane in range(self._lanes):
            try:
                done = self._lane_step(lane)
            except (Inconsistent, TileConflict, TileMissing, BadNote) as error:
                self._refuse(lane, f"{type(error).__name__}: {error}")
                continue
            if done is not None:
                return done
        return self._head_step()

    def _refuse(self, lane: int, reason: str) -> None:
        self._plans.pop(lane, None)
        self._due[lane] = self._next()
        if self.refused.get(lane) != reason:
            _log.error("lane_not_signed", lane=lane, reason=reason)
        self.refused[lane] = reason

    def _lane_step(self, lane: int) -> Step | None:
        plan = self._plans.get(lane)
        if plan is None:
            if self._monotonic() < self._due[lane]:
                return None
            plan = self._plan(lane)
            self.refused.pop(lane, None)
            if plan is None:
                self._due[lane] = self._next()
                return None
            self._plans[lane] = plan
        if plan.tiles:
            self._tiles.insert(plan.tiles)
            plan.tiles.clear()
            return Step("tiles", lane, plan.new.size)
        return self._sign(lane, plan)

    def _plan(self, lane: int) -> _Plan | None:
        """Read what the lane's next checkpoint takes; None when the lane has not grown."""
        look = self._looked.pop(lane, None) or self._look(lane)
        self._looked.pop(lane, None)
        number, old = self._opened(lane, look.newest[lane])
        head = look.heads.get(lane, 0)
        if head < old.size:
            head = self._ledger.head(lane)
        if head < old.size:
            raise Inconsistent(f"the ledger ends at {head}, below the signed size {old.size}")
        if head == old.size:
            return None
        builder = self._builder(lane, old)
        upto = min(head, old.size + ROWS_PER_CHECKPOINT)
        tiles: list[tuple[Tile, bytes]] = []
        while builder.size < upto:
            rows = self._rows(lane, builder.size, min(upto, builder.size + ROWS_PER_READ))
            for leaf in rows:
                tiles.extend(builder.append(leaf))
        tiles.extend(builder.partial())
        new = Checkpoint(old.origin, builder.size, builder.frontier.root())
        return _Plan(number + 1, old, new, tiles, more=upto < head)

    def _look(self, lane: int) -> _Look:
        """Look at this lane, and for the others that are due at all of them at once."""
        now = self._monotonic()
        due = [one for one in range(self._lanes) if now >= self._due[one] or one == lane]
        newest = newest_of(self._db, [self._chains[one] for one in due])
        if now >= self._deep_at:
            heads: Mapping[int, int] = {one: self._ledger.head(one) for one in due}
            self._deep_at = now + DEEP_S
        else:
            heads = self._ledger.noted_heads(due)
        look = _Look(dict(zip(due, newest, strict=True)), heads)
        self._looked = dict.fromkeys(due, look)
        return look

    def _next(self) -> float:
        """The next moment at which all lanes are looked at."""
        passed = (self._monotonic() - self._began) // self._interval_s
        return self._began + (passed + 1) * self._interval_s

    def _opened(self, lane: int, stored: StoredNote | None) -> tuple[int, Checkpoint]:
        """Number and content of a lane's checkpoint (0 and the empty tree where there is none)."""
        if stored is None:
            return 0, Checkpoint(lane_origin(self._key.installation, lane), 0, EMPTY_ROOT)
        return stored.n, open_checkpoint(self._key.public, lane, stored.note)

    def _builder(self, lane: int, old: Checkpoint) -> TileBuilder:
        """The stored tree's right edge, checked against its signature and the ledger."""
        if not old.size:
            return TileBuilder(lane)
        tree = StoredTree(self._tiles, lane, old.size)
        builder = TileBuilder(lane, tree)
        if builder.frontier.root() != old.root:
            raise Inconsistent(f"the stored tiles do not give the root signed at {old.size}")
        known = builder.leaves or (tree.node(0, old.size - 1),)
        if self._rows(lane, old.size - len(known), old.size) != list(known):
            raise Inconsistent(f"the ledger below {old.size} is not the one that was signed")
        return builder

    def _rows(self, lane: int, after: int, upto: int) -> list[bytes]:
        """The leaf hashes of (after, upto]; every position must be present."""
        rows = self._ledger.rows(lane, after, upto)
        if [row.position for row in rows] != list(range(after + 1, upto + 1)):
            raise Inconsistent(f"the ledger has a gap between {after} and {upto}")
        return [bytes(row.leaf) for row in rows]

    def _sign(self, lane: int, plan: _Plan) -> Step | None:
        """Sign what is stored, read back, and consistent with the last signature."""
        del self._plans[lane]
        tree = StoredTree(self._tiles, lane, plan.new.size)
        path = consistency_path(plan.old.size, plan.new.size, tree.node)
        if tree.frontier().root() != plan.new.root or not verify_consistency(
            old=plan.old.size,
            new=plan.new.size,
            path=path,
            old_root=plan.old.root,
            new_root=plan.new.root,
        ):
            raise Inconsistent(f"the tree at {plan.new.size} does not continue {plan.old.size}")
        note = self._key.sign(plan.new.text(), name=plan.new.origin)
        if not self._chains[lane].append(plan.number, note=note, signed_at=self._time()):
            self._due[lane] = self._monotonic()  # somebody else was first: look again
            return Step("yielded", lane, plan.new.size)
        self._head_due = True
        self._due[lane] = self._monotonic() if plan.more else self._next()
        return Step("checkpoint", lane, plan.new.size)

    def _head_step(self) -> Step | None:
        """Sign a head note when a lane has a checkpoint that the last one does not list."""
        if not self._head_due:
            return None
        try:
            stored, previous, listed = self._listing()
        except (Inconsistent, BadNote) as error:
            _log.error("head_note_not_signed", reason=str(error))
            self._head_due = False
            return None
        if listed == previous:
            self._head_due = False
            return None
        head = Head(self._key.installation, listed, self._time())
        note = self._key.sign(head.text(), name=head_origin(head.installation))
        number = (stored.n if stored else 0) + 1
        if not self._heads.append(number, note=note, signed_at=head.signed_at):
            return Step("yielded", None)
        self._head_due = False
        return Step("head", None)

    def _listing(self) -> tuple[StoredNote | None, Listed, Listed]:
        """The last head note, what it lists, and what the next one has to.

        Raises:
            Inconsistent: a lane that shrank, or changed without growing.
        """
        try:
            stored, *newest = newest_of(self._db, [self._heads, *self._chains])
            return stored, *self._listed(stored, newest)
        except Inconsistent:
            # one read of many notes is no moment: the head note first, and then what it may list
            stored = self._heads.last()
            return stored, *self._listed(stored, [chain.last() for chain in self._chains])

    def _listed(
        self, stored: StoredNote | None, newest: Sequence[StoredNote | None]
    ) -> tuple[Listed, Listed]:
        previous = open_head(self._key.public, stored.note).lanes if stored else ()
        lanes = [self._opened(lane, note)[1] for lane, note in enumerate(newest)]
        listed = tuple((checkpoint.size, checkpoint.root) for checkpoint in lanes)
        listed += previous[self._lanes :]  # a lane once listed is never left out
        _check_growth(previous, listed)
        return previous, listed

    def _time(self) -> str:
        return timestamp(self._now())


def _check_growth(
    previous: Sequence[tuple[int, bytes]], listed: Sequence[tuple[int, bytes]]
) -> None:
    """Refuse a head in which a lane shrank, or changed without growing."""
    for lane, (old, new) in enumerate(zip(previous, listed, strict=False)):
        if new[0] < old[0] or (new[0] == old[0] and new[1] != old[1]):
            raise Inconsistent(f"lane {lane} was listed with {old[0]} leaves, now has {new[0]}")
