"""Reacting: consumers with marks, gaps filled from the ledger, parking, timers, a worker's life.

The Kafka adapter is not imported here: only a worker needs that library (`.worker.assembly`).
"""

from shared.messaging.consumer.away import Limits, ServerAway, is_away
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.consumer.group import Group
from shared.messaging.consumer.metrics import ConsumerMetrics
from shared.messaging.consumer.pace import Health, Pace
from shared.messaging.consumer.received import BatchHandler, Handler, Received, Unreadable
from shared.messaging.stores.claims import Claims
from shared.messaging.stores.ids import reaction_command_id, timer_command_id
from shared.messaging.stores.marks import Marks
from shared.messaging.stores.parking import Parked, Parking
from shared.messaging.stores.tries import Tries
from shared.messaging.timers.feeding import OwedRows, OwedStep, TimerFeeder
from shared.messaging.timers.firing import DatabaseClock, Fire, TimerRunner
from shared.messaging.timers.ledger_only import LedgerOnly
from shared.messaging.timers.store import Timer, Timers
from shared.messaging.worker.redrive import LogHistory, Redrive, Redriven, redrive
from shared.messaging.worker.worker import Times, Worker

__all__ = [
    "BatchHandler",
    "Claims",
    "Consumer",
    "ConsumerMetrics",
    "DatabaseClock",
    "Fire",
    "Group",
    "Handler",
    "Health",
    "LedgerOnly",
    "Limits",
    "LogHistory",
    "Marks",
    "OwedRows",
    "OwedStep",
    "Pace",
    "Parked",
    "Parking",
    "Received",
    "Redrive",
    "Redriven",
    "ServerAway",
    "Timer",
    "TimerFeeder",
    "TimerRunner",
    "Timers",
    "Times",
    "Tries",
    "Unreadable",
    "Worker",
    "is_away",
    "reaction_command_id",
    "redrive",
    "timer_command_id",
]
