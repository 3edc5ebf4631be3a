"""Reacting: consumers with marks, gaps filled from the ledger, parking, timers, a worker's life."""

from shared.messaging.away import Limits, ServerAway, is_away
from shared.messaging.consumer import Consumer, Health, Pace
from shared.messaging.group import Group
from shared.messaging.ids import reaction_command_id, timer_command_id
from shared.messaging.kafka import KafkaOptions, KafkaSource
from shared.messaging.marks import Marks
from shared.messaging.metrics import ConsumerMetrics
from shared.messaging.parking import Parked, Parking
from shared.messaging.received import BatchHandler, Handler, Received, Unreadable
from shared.messaging.sources import LedgerOnly
from shared.messaging.tries import Tries

__all__ = [
    "BatchHandler",
    "Consumer",
    "ConsumerMetrics",
    "Group",
    "Handler",
    "Health",
    "KafkaOptions",
    "KafkaSource",
    "LedgerOnly",
    "Limits",
    "Marks",
    "Pace",
    "Parked",
    "Parking",
    "Received",
    "ServerAway",
    "Tries",
    "Unreadable",
    "is_away",
    "reaction_command_id",
    "timer_command_id",
]
