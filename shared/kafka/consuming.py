"""A member of a consumer group: one client of kafka-python, and a new one when it is broken.

kafka-python's constructor blocks and raises without a broker, its consumer is not thread-safe, and
it may outlive an outage or not: so it is made by the thread that polls it, when it polls, and
thrown away on the first error that is not ours (pitfalls 4, 8 to 14, 17 to 20).
"""

import contextlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import MemberState

from shared.config.backoff import backoff
from shared.kafka.connecting import constructed, knock, let_go
from shared.kafka.headers import Arrived, arrived
from shared.kafka.options import KafkaOptions, member_config

_log = structlog.get_logger(__name__)
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 10.0
KNOCK_EVERY_S = 1.0
JOIN_PATIENCE_S = 30.0
COMMIT_TIMEOUT_MS = 3000


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python has no types
    """Runs on the client's own thread: it only notes that something changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        if revoked:
            self._changed()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        if assigned:
            self._changed()


class KafkaSource:
    """One kafka-python consumer, used by the one thread that calls `poll`."""

    def __init__(
        self,
        options: KafkaOptions,
        *,
        make: Callable[..., Any] = KafkaConsumer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._make = make
        self._clock = clock
        self._client: Any = None
        self._retry_at = 0.0
        self._knock_at = 0.0
        self._alone_since = 0.0
        self._failures = 0
        self._paused: frozenset[int] = frozenset()
        self.reachable = False
        self.lanes: frozenset[int] = frozenset()
        self.generation = 0

    def poll(self, timeout_s: float) -> Mapping[int, Sequence[Arrived]]:
        """Records by lane; nothing while the broker is away. Never raises for the broker."""
        if self._client is None and not self._connect(timeout_s):
            return {}
        try:
            found = self._client.poll(timeout_ms=int(timeout_s * 1000))
            self._look()
            self._knock()
        except Exception as error:  # noqa: BLE001 - whatever breaks the client: make a new one
            self._throw_away(error)
            return {}
        return {tp.partition: [arrived(m) for m in messages] for tp, messages in found.items()}

    def hold(self, lanes: Collection[int]) -> None:
        """Pause exactly these lanes of those that are held."""
        wanted = frozenset(lanes) & self.lanes
        if self._client is None or wanted == self._paused:
            return
        try:
            assigned = self._client.assignment()
            self._client.resume(*(tp for tp in assigned if tp.partition not in wanted))
            self._client.pause(*(tp for tp in assigned if tp.partition in wanted))
            self._paused = wanted
        except Exception as error:  # noqa: BLE001 - as in poll
            self._throw_away(error)

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Commit offsets; a refusal after a rebalance is normal, the marks hold."""
        if self._client is None:
            return
        topic = self._options.topic
        wanted = {
            TopicPartition(topic, lane): OffsetAndMetadata(offset, "", -1)
            for lane, offset in offsets.items()
        }
        try:
            self._client.commit(wanted, timeout_ms=COMMIT_TIMEOUT_MS)
        except KafkaError as error:
            _log.info("offsets_not_committed", **self._who(), error=type(error).__name__)

    def close(self, timeout_s: float) -> None:
        """Leave the group within the time."""
        client, self._client = self._client, None
        self.reachable = False
        if client is None:
            return
        try:
            let_go(client, int(timeout_s * 1000))
        except KafkaError as error:  # the group finds out by itself; what comes after us goes on
            _log.warning("kafka_group_not_left", **self._who(), error=type(error).__name__)

    def _connect(self, timeout_s: float) -> bool:
        now = self._clock()
        if now < self._retry_at:
            time.sleep(min(timeout_s, self._retry_at - now))
            return False
        try:
            self._reach()
            client = constructed(self._make, member_config(self._options))
        except (KafkaError, OSError) as error:
            self._wait(error)
            return False
        client.subscribe(topics=[self._options.topic], listener=_Listener(self._changed))
        self._client, self._paused = client, frozenset()
        self._alone_since = self._clock()
        self._failures = 0
        return True

    def _changed(self) -> None:
        self.generation += 1
        self._paused = frozenset()  # a new assignment forgets what was paused

    def _look(self) -> None:
        """Whether we are a member of a group that has a coordinator, and of which lanes."""
        state = self._client.group_metadata().state
        # No public method says that the coordinator is gone while the membership still counts.
        coordinator = self._client._coordinator  # noqa: SLF001
        self.reachable = state == MemberState.STABLE and not coordinator.coordinator_unknown()
        if state == MemberState.REBALANCING and not coordinator.need_rejoin():
            # Joining again because partitions came, and nobody waits for the answer:
            # kafka-python forgets why it joins as soon as it has assigned, and a poll shorter than
            # the join leaves the answer behind. It would stay so for ever, and be thrown out.
            coordinator.request_rejoin()
        if self.reachable:
            self._alone_since = self._clock()
            self.lanes = frozenset(tp.partition for tp in self._client.assignment())
            self._paused &= self.lanes

    def _knock(self) -> None:
        """While we are no member: is anybody there? A client that retries for ever leaks sockets.

        Raises:
            OSError: nobody is; the client is then thrown away, and made anew when somebody is.
            TimeoutError: somebody is, and yet we were no member for a long time: likewise.
        """
        now = self._clock()
        if not self.reachable and now >= self._knock_at:
            self._knock_at = now + KNOCK_EVERY_S
            self._reach()
            if now - self._alone_since > JOIN_PATIENCE_S:
                raise TimeoutError("no member of the group for too long")

    def _reach(self) -> None:
        knock(self._options.servers, self._options.bootstrap_timeout_ms / 1000)

    def _throw_away(self, error: Exception) -> None:
        client, self._client = self._client, None
        _log.warning("kafka_consumer_thrown_away", **self._who(), error=type(error).__name__)
        with contextlib.suppress(Exception):
            let_go(client, 1000)
        self._changed()
        self._wait(error)

    def _wait(self, error: Exception) -> None:
        self.reachable = False
        self._failures += 1
        pause_s = backoff(self._failures, first=FIRST_RETRY_S, longest=LONGEST_RETRY_S)
        self._retry_at = self._clock() + pause_s
        _log.warning("kafka_away", **self._who(), error=type(error).__name__)

    def _who(self) -> dict[str, str]:
        return {"group": self._options.group, "topic": self._options.topic}
