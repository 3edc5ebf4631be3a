"""Whether a channel is in trouble: how many attempts in a row failed through no recipient's fault.

A row of the work database for each channel that is failing, shared by all workers. The row is a
hint for people, made of what the log has: without it nothing is lost. It goes when a message goes
through.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, get_args

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.notify.channels.message import Fault
from shared.case.facts.parts import Channel

TROUBLE_AFTER = 20
Document = dict[str, Any]

_log = structlog.get_logger(__name__)


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """A channel through which nothing goes: failures in a row, the last code, since when."""

    channel: str
    failures: int
    code: str
    since: datetime

    @property
    def in_trouble(self) -> bool:
        """Whether somebody has to look at it."""
        return self.failures >= TROUBLE_AFTER

    @property
    def sentence(self) -> str:
        """For people."""
        return (
            f"The channel {self.channel} is in trouble: {self.failures} attempts in a row failed, "
            f"the last with {self.code}."
        )


class ChannelHealth:
    """Collection `channels` of the work database, and the metrics of it."""

    def __init__(self, work: Database[Document], *, registry: CollectorRegistry) -> None:
        self._rows = work["channels"]
        self._attempts = Counter(
            "caseledger_notice_attempts",
            "Attempts to send a notice, by channel and what came of it.",
            ["channel", "outcome"],
            registry=registry,
        )
        registry.register(_ChannelMetrics(self))

    def sent(self, channel: Channel) -> None:
        """A message went through: the channel is well."""
        self._attempts.labels(channel, "sent").inc()
        row = self._rows.find_one({"_id": channel})
        if row is None:
            return
        self._rows.delete_one({"_id": channel})
        if _failing(row).in_trouble:
            _log.info("channel_well", channel=channel, failures=row["failures"])

    def failed(self, channel: Channel, code: str, fault: Fault | None, now: datetime) -> None:
        """An attempt failed; only the relay's own failures count against the channel."""
        self._attempts.labels(channel, f"{fault}-refused" if fault else "not-tried").inc()
        if fault != "relay":
            return
        key = {"_id": channel}
        change = {
            "$inc": {"failures": 1},
            "$set": {"code": code},
            "$setOnInsert": {"since": now},
        }
        # The after image, never the before image: one embedded server gives stale before images.
        after = ReturnDocument.AFTER
        try:
            row = self._rows.find_one_and_update(key, change, upsert=True, return_document=after)
        except DuplicateKeyError:  # two workers made the row at once: it is there now
            row = self._rows.find_one_and_update(key, change, return_document=after)
        if row is not None and row["failures"] == TROUBLE_AFTER:
            _log.error("channel_in_trouble", channel=channel, code=code, failures=TROUBLE_AFTER)

    def failing(self) -> list[Failing]:
        """Every channel whose last attempt failed, by name."""
        return [_failing(row) for row in self._rows.find().sort("_id", 1)]

    def problems(self) -> Sequence[str]:
        """A sentence for each channel that is in trouble."""
        return [one.sentence for one in self.failing() if one.in_trouble]


def _failing(row: Document) -> Failing:
    return Failing(
        channel=row["_id"], failures=row["failures"], code=row["code"], since=row["since"]
    )


class _ChannelMetrics(Collector):
    """Gauges read from the rows when they are asked for: a restart forgets nothing."""

    def __init__(self, health: ChannelHealth) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        """Each channel; nothing while the database is away, which is not the same as well."""
        try:
            failing = {one.channel: one for one in self._health.failing()}
        except PyMongoError:
            return
        in_a_row = GaugeMetricFamily(
            "caseledger_channel_failures_in_a_row",
            "Attempts in a row that failed for the relay's reason.",
            labels=["channel"],
        )
        trouble = GaugeMetricFamily(
            "caseledger_channel_in_trouble",
            f"1 where {TROUBLE_AFTER} attempts in a row failed and none went through since.",
            labels=["channel"],
        )
        for channel in get_args(Channel):
            found = failing.get(channel)
            in_a_row.add_metric([channel], found.failures if found else 0)
            trouble.add_metric([channel], float(found is not None and found.in_trouble))
        yield in_a_row
        yield trouble
