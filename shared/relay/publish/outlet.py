"""The single producer of a process, shared by its lanes.

A producer can die silently (pitfall 19a), so it is discarded at the first failed delivery; every
lane then compares and resumes from its mark. Opening a producer blocks without a broker (pitfall
4), so this happens on a thread of its own: assigning and the leases never wait for Kafka.
"""

import threading
from collections.abc import Callable
from typing import Literal

import structlog

from shared.config.backoff import backoff
from shared.kafka.ports import Broker, BrokerAway, Delivery, Producer, TopicRefused
from shared.kafka.record import Record

_log = structlog.get_logger(__name__)

Spawn = Callable[[Callable[[], None]], None]
State = Literal["away", "opening", "ready", "refused"]


def on_a_thread(work: Callable[[], None]) -> None:
    """Run `work` on a daemon thread, which ends with the process."""
    threading.Thread(target=work, name="kafka-opening", daemon=True).start()


class Outlet:
    """The present producer of a process, shared by its lanes.

    `generation` changes whenever a producer is discarded: the fate of its records in flight is
    unknown. `refuse()` raises `TopicRefused` where the topic is not this log's. `refusal` is its
    sentence while the topic that is there is not one for this log: nothing is published to it.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        backoff_s: float,
        backoff_most_s: float,
        spawn: Spawn = on_a_thread,
        refuse: Callable[[], None] = lambda: None,
    ) -> None:
        self._broker = broker
        self._refuse = refuse
        self._first_s = backoff_s
        self._most_s = backoff_most_s
        self._tries = 0
        self._spawn = spawn
        self._lock = threading.Lock()
        self._producer: Producer | None = None
        self._next_try = float("-inf")
        self._closed = False
        self.state: State = "away"
        self.problem = ""
        self.refusal = ""
        self.generation = 0

    def ready(self, now: float) -> bool:
        """Whether there is a producer; starts to open one when it is time. Never blocks."""
        with self._lock:
            if self._producer is not None:
                return True
            if self.state == "opening" or self._closed or now < self._next_try:
                return False
            self.state = "opening"
            self._tries += 1
            self._next_try = now + backoff(self._tries, first=self._first_s, longest=self._most_s)
        self._spawn(self._open)
        return self._producer is not None

    def _open(self) -> None:
        try:
            self._broker.ensure_topic()
            self._refuse()
            producer = self._broker.producer()
        except TopicRefused as error:
            self._failed("refused", str(error))
        except BrokerAway as error:
            self._failed("away", str(error))
        except Exception as error:  # noqa: BLE001 - else it would be opening for ever
            self._failed("away", f"{type(error).__name__}: {error}")
            _log.exception("kafka_opening_failed")
        else:
            self._opened(producer)

    def _opened(self, producer: Producer) -> None:
        with self._lock:
            if not self._closed:
                self._producer, self.state, self.problem = producer, "ready", ""
                self.refusal = ""
                self._tries = 0
                _log.info("kafka_ready", generation=self.generation)
                return
        producer.abandon()

    def _failed(self, state: State, problem: str) -> None:
        with self._lock:
            if problem != self.problem:
                _log.warning("kafka_away", state=state, problem=problem)
            self.state, self.problem = state, problem
            self.refusal = problem if state == "refused" else ""

    def look(self) -> None:
        """Say early that a topic in use was given other partitions; publishing goes on.

        Raises nothing: a broker that is away is found out by the producer.
        """
        if self.state != "ready":
            return
        try:
            self._broker.check_topic()
            refusal = ""
        except TopicRefused as error:
            refusal = str(error)
        except BrokerAway:
            return
        with self._lock:
            if self._producer is not None and refusal != self.refusal:
                _log.warning("topic_refused", problem=refusal)
                self.refusal = refusal

    def send(self, record: Record) -> Delivery:
        """Pass a record to the producer.

        Raises:
            BrokerAway: there is no producer, or it does not accept the record.
        """
        producer = self._producer
        if producer is None:
            raise BrokerAway("there is no producer")
        return producer.send(record)

    def throw_away(self, generation: int, why: str) -> None:
        """Discard the producer of that generation; another lane may have done so already."""
        with self._lock:
            if generation != self.generation:
                return
            producer, self._producer = self._producer, None
            self.generation += 1
            self.state, self.problem = "away", why
        _log.warning("kafka_producer_thrown_away", why=why, generation=generation)
        if producer is not None:
            producer.abandon()

    def close(self, timeout_s: float) -> None:
        """Close the producer, after waiting at most `timeout_s` for records in flight."""
        with self._lock:
            self._closed = True
            producer, self._producer = self._producer, None
            self.state = "away"
        if producer is not None:
            producer.close(timeout_s)
