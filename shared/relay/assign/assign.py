"""Give each genuine commit of a lane the next dense position: log → ledger.

The protocol is the model's (b1, b4', b5'', b6', b7). A position is taken by an insert that two
unique indexes guard. After a duplicate or a lost answer both keys are looked up, a commit that is
in the ledger is dropped *without* using up a position, and the head is read again. A commit's
predecessor in the stream must be in the ledger, or before it in the same ordered insert. A held
commit (foreign, or without its predecessor) is reported, and reconciliation offers it again and
again.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import structlog
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from shared.config.wall_clock import utc_now
from shared.eventlog.aside.stream import NOTHING, Aside, set_aside_among
from shared.eventlog.codec import sha256
from shared.eventlog.door import Door, leaf_named
from shared.eventlog.stored import Opened
from shared.relay.ledger.candidate import Assigned, Candidate, HeldCommit, verified
from shared.relay.ledger.ledger import Ledger, Row

Document = dict[str, Any]
State = Literal["start", "idle", "insert", "resolve", "raise"]
DUPLICATE_KEY = 11000
_log = structlog.get_logger(__name__)


Handover = Callable[[Sequence[Assigned]], None]


class Assigner:
    """One lane. `step()` has at most one effect on the database; call it until it returns False.

    Another process may assign the same lane at the same time: no step relies on being alone.
    """

    def __init__(
        self,
        lane: int,
        ledger: Ledger,
        door: Door,
        *,
        aside: Aside = NOTHING,
        batch: int = 500,
        streams_kept: int = 100_000,
        held_shown: int = 100,
        raise_every: int = 1,
        handover: Handover | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.lane = lane
        self._ledger = ledger
        self._door = door
        self._aside = aside
        self._batch = batch
        self._streams_kept = streams_kept
        self._held_shown = held_shown
        self._raise_every = raise_every
        self._handover = handover
        self._clock = clock
        self._pending: deque[Candidate] = deque()
        self._planned: list[Assigned] = []
        self._heads: OrderedDict[str, int] = OrderedDict()
        self.held: dict[str, HeldCommit] = {}
        self.state: State = "start"
        self.head = 0
        self.raised = 0

    # ---- incoming commits

    @property
    def waiting(self) -> int:
        """The number of commits that were offered and are not settled yet."""
        return len(self._pending) + len(self._planned)

    @property
    def settled(self) -> bool:
        """Whether every offered commit is in the ledger or held."""
        return self.state == "idle" and not self._pending

    def offer(self, documents: Iterable[Document], *, suspect: bool = False) -> None:
        """Take commits as the log stores them; `suspect` when many are probably known already."""
        batch = list(documents)
        found = self._door.open(batch)
        passed = set_aside_among(batch, found, self._aside)
        for n, (document, opened) in enumerate(zip(batch, found, strict=True)):
            if n in passed:
                self._let_go(document)
                continue
            candidate = self._verified(document, opened, suspect=suspect)
            if candidate is not None:
                self._pending.append(candidate)

    def _let_go(self, document: Document) -> None:
        """Hold a stream no more for what was set aside; for what else is wrong it is held anew."""
        held = self.held.get(str(document.get("stream")))
        if held is not None and held.first_version == _version(document.get("first_version")):
            del self.held[held.stream]

    def _verified(self, document: Document, opened: Opened, *, suspect: bool) -> Candidate | None:
        """The commit, when it is genuine and belongs here; else its stream is held."""
        found = verified(opened, lane=self.lane, suspect=suspect)
        if isinstance(found, Candidate):
            return found
        self._hold(str(document.get("stream")), document.get("first_version"), found)
        return None

    def _hold(self, stream: str, first_version: object, why: str) -> None:
        version = _version(first_version)
        before = self.held.get(stream)
        if before is not None and before.first_version <= version and before.why == why:
            return
        if before is None and len(self.held) >= self._held_shown:
            return
        if before is None or version <= before.first_version:
            self.held[stream] = HeldCommit(stream, version, why)
            _log.warning(
                "stream_held", lane=self.lane, stream=stream, first_version=version, why=why
            )

    def _release(self, stream: str, version: int) -> None:
        """The stream has its places up to this version; what is held beyond it stays held."""
        held = self.held.get(stream)
        if held is not None and held.first_version <= version:
            del self.held[stream]

    # ---- the loop, one effect at a time

    def step(self) -> bool:
        """Do the next step; False if there is nothing to do.

        Raises:
            PyMongoError: the database does not answer. Call again later; nothing is lost.
        """
        if self.state == "start":
            self.head = self.raised = self._ledger.head(self.lane)
            self._heads.clear()
            self.state = "idle"
            return True
        if self.state == "idle":
            return self._plan()
        if self.state == "insert":
            self._insert()
        elif self.state == "resolve":
            self._resolve()
        else:
            self.raise_head()
        return True

    def raise_head(self) -> None:
        """Write the head document, which may lag by up to `raise_every` positions until then."""
        self._ledger.raise_head(self.lane, self.head)
        self.raised = self.head
        self.state = "idle"

    def restart(self) -> None:
        """Drop all cached reads: the lease is new, and others may have written since."""
        self._pending.clear()
        self._planned = []
        self.held.clear()
        self.state = "start"

    def _plan(self) -> bool:
        """Choose the next batch, with one read of the ledger for the streams that need it."""
        if not self._pending:
            return False
        size = min(self._batch, len(self._pending))
        batch = [self._pending[i] for i in range(size)]
        unknown = self._unknown(batch)
        if unknown:
            self._learn(self._ledger.heads(self.lane, unknown), looked_up=unknown)
        self._place(batch)
        for _ in range(size):
            self._pending.popleft()
        return True

    def _unknown(self, batch: Sequence[Candidate]) -> set[str]:
        """Streams whose head must be read: not cached, or cached and not matching any more."""
        expected: dict[str, int] = {}
        unknown: set[str] = set()
        for candidate in batch:
            body = candidate.commit.body
            kept = expected.get(body.stream, self._heads.get(body.stream))
            doubtful = candidate.suspect or body.first_version > 1
            if doubtful if kept is None else kept < body.first_version - 1:
                unknown.add(body.stream)
            expected[body.stream] = max(kept or 0, body.last_version)
        return unknown

    def _learn(self, heads: Mapping[str, int], *, looked_up: Iterable[str]) -> None:
        for stream in looked_up:
            self._keep(stream, heads.get(stream, 0))

    def _keep(self, stream: str, version: int) -> None:
        """Cache the last version of a stream in the ledger; it never goes back."""
        self._heads[stream] = max(version, self._heads.get(stream, 0))
        self._heads.move_to_end(stream)
        while len(self._heads) > self._streams_kept:
            self._heads.popitem(last=False)

    def _place(self, batch: Sequence[Candidate]) -> None:
        """Plan the run of rows above the head: drop known commits, hold gaps."""
        now = self._clock()
        expected: dict[str, int] = {}
        planned: list[Assigned] = []
        for candidate in batch:
            body = candidate.commit.body
            head = expected.get(body.stream, self._heads.get(body.stream, 0))
            if body.last_version <= head:
                self._release(body.stream, head)
                continue
            if not self._follows(candidate, head, planned):
                why = f"version {head + 1}, which comes before it, has no position"
                self._hold(body.stream, body.first_version, why)
                continue
            expected[body.stream] = body.last_version
            position = self.head + len(planned) + 1
            planned.append(_assigned(candidate, self.lane, position, now))
        self._planned = planned
        self.state = "insert" if planned else "idle"

    def _follows(self, candidate: Candidate, head: int, planned: Sequence[Assigned]) -> bool:
        """Whether a commit is the next of its stream: at the next version, or after records.

        Where it leaves out versions that records name, it must name the hash of the stream's last
        commit that has a place: so nothing genuine can be left out.
        """
        body = candidate.commit.body
        if body.first_version == head + 1:
            return True
        if body.first_version <= head:
            return False
        if not self._aside.explains(body.stream, head, body.first_version):
            return False
        leaves = [one.row.leaf for one in planned if one.row.stream == body.stream]
        last = leaves[-1] if leaves else self._ledger.leaf_at(self.lane, body.stream, head)
        return last == leaf_named(body.prev_hash)

    def _insert(self) -> None:
        try:
            self._ledger.insert([a.row for a in self._planned])
        except DuplicateKeyError:
            self.state = "resolve"
        except BulkWriteError as error:
            self.state = "resolve"
            errors = error.details.get("writeErrors") or []
            if not errors or any(e.get("code") != DUPLICATE_KEY for e in errors):
                raise
        except PyMongoError:
            self.state = "resolve"  # it may have landed, or may land later
            raise
        else:
            self._taken(self._planned)
            self.state = "raise" if self.head - self.raised >= self._raise_every else "idle"

    def _taken(self, assigned: Sequence[Assigned]) -> None:
        """Record that the ledger has these rows, in majority, and pass them on."""
        for one in assigned:
            self._keep(one.row.stream, one.row.last_version)
            self._release(one.row.stream, one.row.last_version)
        self.head = max(self.head, assigned[-1].row.position)
        self._planned = []
        if self._handover is not None:
            self._handover(assigned)

    def _resolve(self) -> None:
        """After a duplicate or a lost answer: look up both keys, place the remaining commits anew.

        The same commit at any position: done, and our position is not used up. Another commit at
        our position: the head, which is read again, is beyond it. Neither: the same rows are sent
        again.
        """
        streams = {a.row.stream for a in self._planned}
        heads = self._ledger.heads(self.lane, streams)
        self.head = self._ledger.head(self.lane)
        self._learn(heads, looked_up=streams)
        rest = [Candidate(a.commit, a.values) for a in self._planned]
        self._place(rest)
        if self.state == "idle":
            self.state = "raise"


def _version(stored: object) -> int:
    return stored if isinstance(stored, int) else 0


def _assigned(candidate: Candidate, lane: int, position: int, now: datetime) -> Assigned:
    body = candidate.commit.body
    row = Row(
        lane=lane,
        position=position,
        stream=body.stream,
        first_version=body.first_version,
        last_version=body.last_version,
        leaf=candidate.commit.leaf,
        events=tuple(sha256(value) for value in candidate.values),
        sequenced_at=now,
    )
    return Assigned(row, candidate.commit, candidate.values)
