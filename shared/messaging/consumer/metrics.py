"""Counters of a consumer, in a registry that the process passes in: none registers at import."""

from prometheus_client import CollectorRegistry, Counter, Gauge

_BY_LANE = ("group", "lane")


class ConsumerMetrics:
    """The metric families of one process, made once for a registry; `of(group)` labels them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"caseledger_consumer_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"caseledger_consumer_{name}", text, labels, registry=registry)

        self.handled = counter("handled_events", "Events handled.", "group")
        self.foreign = counter("foreign_records", "Records not the ledger's.", *_BY_LANE)
        self.gaps = counter("gap_positions", "Positions read from the ledger.", *_BY_LANE)
        self.parked = counter("parked_streams", "Streams parked.", "group")
        self.troubles = counter("troubles", "Rounds of a lane that failed.", *_BY_LANE)
        self.mark = gauge("mark", "Last position handled.", *_BY_LANE)
        self.lag = gauge("lag_positions", "Known positions not yet handled.", *_BY_LANE)

    def of(self, group: str) -> "GroupMetrics":
        """The same families with the group filled in."""
        return GroupMetrics(self, group)


class GroupMetrics:
    """The metrics of one group, for its operators."""

    def __init__(self, families: ConsumerMetrics, group: str) -> None:
        self._all = families
        self._group = group

    def handled(self, events: int) -> None:
        """Count events whose handler returned."""
        self._all.handled.labels(self._group).inc(events)

    def foreign(self, lane: int, records: int) -> None:
        """Count records of the topic that are not the ledger's: another producer writes there."""
        self._all.foreign.labels(self._group, str(lane)).inc(records)

    def gap(self, lane: int, positions: int) -> None:
        """Count positions that were read from the ledger because their records never arrived."""
        self._all.gaps.labels(self._group, str(lane)).inc(positions)

    def parked(self, streams: int) -> None:
        """Count parked streams."""
        self._all.parked.labels(self._group).inc(streams)

    def trouble(self, lane: int) -> None:
        """Count rounds that ended in an error outside the handlers."""
        self._all.troubles.labels(self._group, str(lane)).inc()

    def place(self, lane: int, *, mark: int, known: int) -> None:
        """Set the lane's mark and its highest known position."""
        self._all.mark.labels(self._group, str(lane)).set(mark)
        self._all.lag.labels(self._group, str(lane)).set(max(0, known - mark))
