"""Whether a topic is another installation's: records of our form, and none of them ours.

Anybody who can write to the topic can put a forged record there, and a forged record beside our own
changes nothing. A topic on which *no* record is ours was never published by this log: publishing
there would mix two histories at the same positions.
"""

from collections.abc import Sequence

from shared.eventlog.codec import sha256
from shared.eventlog.model import LEAF_PREFIX
from shared.kafka.ports import Broker, Tail, TopicRefused
from shared.kafka.record import Record, Signer
from shared.relay.ledger.ledger import Ledger

_USUAL, _MOST = 1_000, 50_000  # records of a partition's end that are read, at first and at most


class Strangers:
    """Looks at the topic before a producer is made. `topic` is its name, for the sentence."""

    def __init__(
        self, broker: Broker, ledger: Ledger, signer: Signer, *, lanes: Sequence[int], topic: str
    ) -> None:
        self._broker = broker
        self._ledger = ledger
        self._signer = signer
        self._lanes = tuple(lanes)
        self._topic = topic

    def refuse(self) -> None:
        """Refuse the topic if it has records of our form, and none of our making.

        Raises:
            TopicRefused: it is another installation's.
            BrokerAway, PyMongoError: a server does not answer.
        """
        with self._broker.tail() as tail:
            for most in (_USUAL, _MOST):
                found = [self._ours(tail, lane, most) for lane in self._lanes]
                if True in found or False not in found:
                    return
        raise TopicRefused(
            f"The topic {self._topic} holds records of another installation, and none of this "
            "log: name another topic, or give this one back its own log."
        )

    def _ours(self, tail: Tail, lane: int, most: int) -> bool | None:
        """Whether one of the partition's last records is ours; None if it has none of our form."""
        begin, end = tail.bounds(lane)
        if begin == end:
            return None
        found = tail.read(lane, max(begin, end - most), end)
        records = [one for one in found if isinstance(one, Record) and one.lane == lane]
        if not records:
            return None
        return any(self._signer.valid(one) for one in records) or self._placed(records[-1])

    def _placed(self, record: Record) -> bool:
        """Whether the ledger has this record's commit at its position: the key alone is new."""
        row = self._ledger.leaves(record.lane, record.position - 1, record.position)
        return row.get(record.position) == sha256(LEAF_PREFIX + bytes.fromhex(record.hash))
