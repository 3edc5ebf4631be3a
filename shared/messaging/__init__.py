"""Reacting: consumers with marks, gaps filled from the ledger, parking, timers, a worker's life.

The Kafka adapter is not imported here: only a worker needs that library (`.kafka`, `.assembly`).
"""

from shared.messaging.away import Limits, ServerAway, is_away
from shared.messaging.claims import Claims
from shared.messaging.consumer import Consumer
from shared.messaging.firing import DatabaseClock, Fire, TimerRunner
from shared.messaging.group import Group
from shared.messaging.ids import reaction_command_id, timer_command_id
from shared.messaging.marks import Marks
from shared.messaging.metrics import ConsumerMetrics
from shared.messaging.pace import Health, Pace
from shared.messaging.parking import Parked, Parking
from shared.messaging.received import BatchHandler, Handler, Received, Unreadable
from shared.messaging.redrive import LogHistory, Redrive, Redriven, redrive
from shared.messaging.sources import LedgerOnly
from shared.messaging.timers import OwedStep, Timer, TimerFeeder, Timers
from shared.messaging.tries import Tries
from shared.messaging.worker import Times, Worker, stop_on_signals

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
    "stop_on_signals",
    "timer_command_id",
]
