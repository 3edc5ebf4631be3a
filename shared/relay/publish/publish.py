"""Copy the ledger of a lane to its partition: in order, without a hole, from the mark on.

The mark is the highest position acknowledged without a gap. It is moved only forward, and only
under the current epoch. The end of the partition is compared with the mark at the start, after any
failed delivery, and each minute without records in flight; publishing resumes from the lower of the
two. An acknowledgement at an offset seen before (a lost tail, a recreated topic) is compared at
once. Every few seconds the end of the ledger is held against the leaves that were published, with
or without Kafka: a database that was restored or edited stops the lane at once.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, Literal

import structlog
from pymongo.database import Database

from shared.eventlog.errors import LogCorrupt
from shared.kafka.ports import Broker, BrokerAway, Delivery
from shared.kafka.record import Record, Signer, records_of
from shared.relay.ledger.candidate import Assigned, proved
from shared.relay.ledger.handover import Handover
from shared.relay.ledger.ledger import Ledger, Row
from shared.relay.ledger.tuning import Tuning
from shared.relay.publish.compare import RESTORED, changed, contradiction
from shared.relay.publish.mark import PublishedMark
from shared.relay.publish.outlet import Outlet
from shared.relay.publish.tail import read_back

Document = dict[str, Any]
State = Literal["claim", "compare", "run", "drain", "stopped", "deposed"]
LOOKS_APART = 8  # times `poll_s`: so far looks get apart while no other sequencer's row is found
_log = structlog.get_logger(__name__)


class Publisher:
    """One lane under one epoch. `step(now)` has at most one effect; `now` is monotonic seconds.

    Another process may publish the same lane at the same time: the mark is fenced, and duplicates
    on the topic are part of its contract.
    """

    def __init__(
        self,
        lane: int,
        *,
        epoch: int,
        log: Database[Document],
        ledger: Ledger,
        broker: Broker,
        outlet: Outlet,
        handover: Handover,
        signer: Signer,
        tuning: Tuning,
    ) -> None:
        self.lane = lane
        self._mark = PublishedMark(log, lane, epoch)
        self._ledger = ledger
        self._broker = broker
        self._outlet = outlet
        self._handover = handover
        self._signer = signer
        self._tuning = tuning
        self._flight: deque[tuple[Delivery, int]] = deque()
        self._generation = -1
        self._last_offset = -1
        self._next_look = float("-inf")
        self._look_s = tuning.poll_s
        self._most_s = LOOKS_APART * tuning.poll_s
        self._next_compare = float("-inf")
        self._next_mark = float("-inf")
        self._next_check = float("-inf")
        self._published: OrderedDict[int, bytes] = OrderedDict()
        self.state: State = "claim"
        self.problem = ""
        self.compared = False
        self.mark = 0
        self.cursor = 0
        self.acked = 0

    @property
    def under_way(self) -> int:
        """The number of records that were sent and not yet acknowledged."""
        return len(self._flight)

    @property
    def settled(self) -> bool:
        """Whether every sent record is acknowledged and covered by the mark."""
        return not self._flight and self.acked <= self.mark

    @property
    def compares(self) -> bool:
        """Whether the next step reads the partition back, which takes a moment."""
        anew = self._generation != self._outlet.generation
        return self.state == "compare" or (anew and self.state in ("run", "drain"))

    def step(self, now: float) -> bool:
        """Do the next step; False if there is nothing to do now.

        Raises:
            PyMongoError: the database does not answer; call again later.
        """
        if self.state == "deposed" or (self.state == "stopped" and now < self._next_compare):
            return False
        if self.state == "claim":
            self._claim()
            return True
        if self._published and self.state in ("run", "drain") and now >= self._next_check:
            return self._check_ledger(now)
        if not self._outlet.ready(now):
            return False
        if self._generation != self._outlet.generation or self.state in ("compare", "stopped"):
            return self._compare(now)
        return self._run(now)

    def _run(self, now: float) -> bool:
        if not self._collect():
            return True
        if self.state == "run" and now >= self._next_compare:
            self.state = "drain"
        ends = self.state == "drain" and not self._flight  # compared next: from the mark on
        if self.acked > self.mark and (now >= self._next_mark or ends):
            self._move_mark(now)
            return True
        if self.state == "drain":
            if not self._flight:
                self.state = "compare"
            return not self._flight
        return self.state == "run" and self._send(now)

    def drain(self, now: float) -> bool:
        """While stopping: send no new records; True if every sent record is settled."""
        if self.state in ("run", "drain") and self._generation == self._outlet.generation:
            if self._collect() and self.acked > self.mark:
                self._move_mark(now)
            return self.settled
        return True

    # ---- the mark

    def _claim(self) -> None:
        self._mark.claim()
        self.mark, epoch = self._mark.read()
        if epoch > self._mark.epoch:
            self._depose()
            return
        self.state = "compare"
        head = self._ledger.head(self.lane)
        if self.mark > head:
            self._stop(self._ahead(head))

    def _ahead(self, head: int) -> str:
        return (
            f"The mark of lane {self.lane} is {self.mark}, but its ledger ends at {head}: "
            f"{RESTORED}"
        )

    def _move_mark(self, now: float) -> None:
        position = self.acked
        self._next_mark = now + self._tuning.mark_s
        if self._mark.move(position):
            self.mark = position
            return
        there, epoch = self._mark.read()
        if epoch > self._mark.epoch:
            self._depose()
        elif there < position:  # the document was dropped by somebody
            self._mark.claim()
        else:
            self.mark = there

    def _depose(self) -> None:
        """Stop publishing: a later epoch works on this lane, so our state is void."""
        _log.warning("publisher_deposed", lane=self.lane, epoch=self._mark.epoch)
        self._flight.clear()
        self.state = "deposed"

    # ---- the comparison

    def _compare(self, now: float) -> bool:
        """Read back the end of the partition and resume from the lower of it and the mark."""
        generation = self._outlet.generation
        self._flight.clear()
        self.state = "compare"
        try:
            with self._broker.tail() as tail:
                begin, end = tail.bounds(self.lane)
                complete, records = read_back(
                    tail,
                    self.lane,
                    self._signer,
                    bounds=(begin, end),
                    usual=self._tuning.tail_records,
                    mark=self.mark,
                )
        except BrokerAway as error:
            self._outlet.throw_away(generation, str(error))
            return False
        self._next_compare = now + self._tuning.compare_s
        head = self._ledger.head(self.lane)
        after, rows = self._rows(records, head)
        problem = contradiction(records, rows, head=head, after=after)
        if not problem and self.mark > head:
            problem = self._ahead(head)
        if problem:
            self._stop(problem)
            return False
        if begin == end:  # emptied by retention, or never written
            complete = self.mark if end > 0 else 0
        self._published = OrderedDict((row.position, row.leaf) for row in rows.values())
        self._resume(min(self.mark, complete), end)
        self._generation = generation
        self.compared = True
        return True

    def _resume(self, position: int, end: int) -> None:
        if position < self.mark:
            _log.warning(
                "partition_behind_mark", lane=self.lane, mark=self.mark, resumes_after=position
            )
        self.cursor = self.acked = position
        self._last_offset = end - 1
        self._next_look, self._look_s = float("-inf"), self._tuning.poll_s
        self.state, self.problem = "run", ""

    def _rows(self, records: Sequence[Record], head: int) -> tuple[int, dict[int, Row]]:
        """The ledger rows of the positions read back, and the position that they begin after.

        As many as a usual tail has, from the top.
        """
        positions = [r.position for r in records if r.position <= head]
        if not positions:
            return head, {}
        upto = max(positions)
        after = max(min(positions) - 1, upto - self._tuning.tail_records)
        return after, {row.position: row for row in self._ledger.rows(self.lane, after, upto)}

    # ---- the ledger, held against what was published

    def _check_ledger(self, now: float) -> bool:
        """Stop the lane if the ledger's end is no longer what was published."""
        self._next_check = now + self._tuning.check_s
        upto = max(self._published)
        after = max(min(self._published) - 1, upto - self._tuning.tail_records)
        known = {at: leaf for at, leaf in self._published.items() if at > after}
        head = self._ledger.head(self.lane)
        present = self._ledger.leaves(self.lane, after, upto)
        problem = changed(self.lane, known, present, head=head)
        if problem:
            self._next_compare = now + self._tuning.compare_s
            self._stop(problem)
            return False
        return True

    def _remember(self, row: Row) -> None:
        """Keep the leaf of a published row, of as many rows as a usual tail has."""
        self._published[row.position] = row.leaf
        self._published.move_to_end(row.position)
        while len(self._published) > self._tuning.tail_records:
            self._published.popitem(last=False)

    def _stop(self, problem: str, **fields: str) -> None:
        if problem != self.problem:
            _log.error("lane_stopped", lane=self.lane, problem=problem, **fields)
        self._flight.clear()
        self.state, self.problem = "stopped", problem

    # ---- sending and acknowledgements

    def _send(self, now: float) -> bool:
        room = self._tuning.window - len(self._flight)
        if room <= 0:
            return False
        limit = min(self._tuning.batch, room)
        batch = self._handover.take(self.cursor, limit)
        if not batch:
            if self._handover.head <= self.cursor and now < self._next_look:
                return False
            batch = self._from_ledger(limit)
            self._look_s = self._tuning.poll_s if batch else min(self._look_s * 2, self._most_s)
            self._next_look = now + self._look_s
            if not batch:
                return False
        try:
            for one in batch:
                self._send_commit(one)
        except BrokerAway as error:
            self._outlet.throw_away(self._generation, str(error))
        return True

    def _send_commit(self, one: Assigned) -> None:
        position = one.row.position
        records = records_of(
            one.commit,
            lane=self.lane,
            position=position,
            signer=self._signer,
            values=one.values,
            digests=one.row.events,
        )
        for record in records:
            last = position if record.index == record.count else 0
            self._flight.append((self._outlet.send(record), last))
        self._remember(one.row)
        self.cursor = position

    def _from_ledger(self, limit: int) -> list[Assigned]:
        """The next rows with their commits, checked against the row's hashes."""
        try:
            entries = self._ledger.entries(self.lane, self.cursor, limit)
            batch = [proved(entry.row, entry.commit) for entry in entries]
        except LogCorrupt as error:
            self._stop(
                f"A commit of lane {self.lane} after position {self.cursor} is not the one that "
                "was sequenced, or is gone: the log or the ledger was edited.",
                detail=str(error),
            )
            return []
        expected = range(self.cursor + 1, self.cursor + 1 + len(batch))
        if [one.row.position for one in batch] != list(expected):
            self._stop(f"The ledger of lane {self.lane} has a hole after {self.cursor}.")
            return []
        return batch

    def _collect(self) -> bool:
        """Collect the present acknowledgements, in order; False if a comparison is necessary."""
        while self._flight and self._flight[0][0].is_done:
            delivery, position = self._flight.popleft()
            value = delivery.value
            if delivery.exception is not None or value is None:
                self._outlet.throw_away(self._generation, f"{delivery.exception}"[:200])
                self._flight.clear()
                return False
            if value.offset <= self._last_offset:
                _log.warning("partition_went_back", lane=self.lane, offset=value.offset)
                self._flight.clear()  # possibly still in flight: at worst they become duplicates
                self.state = "compare"
                return False
            self._last_offset = value.offset
            if position:
                self.acked = position
        return True
