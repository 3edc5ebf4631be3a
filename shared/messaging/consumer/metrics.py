"""Counters of a consumer, in a registry that the process gives: nothing registers at import."""

from prometheus_client import CollectorRegistry, Counter, Gauge

_BY_LANE = ("group", "lane")


class ConsumerMetrics:
    """The families of one process, made once for a registry; `of(group)` is what a group counts."""

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
    """What one group counts, for its operators."""

    def __init__(self, families: ConsumerMetrics, group: str) -> None:
        self._all = families
        self._group = group

    def handled(self, events: int) -> None:
        """Events given to a handler that returned."""
        self._all.handled.labels(self._group).inc(events)

    def foreign(self, lane: int, records: int) -> None:
        """Records of the topic that are not the ledger's: somebody else writes there."""
        self._all.foreign.labels(self._group, str(lane)).inc(records)

    def gap(self, lane: int, positions: int) -> None:
        """Positions that came from the ledger because no record of theirs did."""
        self._all.gaps.labels(self._group, str(lane)).inc(positions)

    def parked(self, streams: int) -> None:
        """Streams that were parked."""
        self._all.parked.labels(self._group).inc(streams)

    def trouble(self, lane: int) -> None:
        """Rounds that ended in an error that is not a handler's."""
        self._all.troubles.labels(self._group, str(lane)).inc()

    def place(self, lane: int, *, mark: int, known: int) -> None:
        """Where the lane stands, and how far it is known to go."""
        self._all.mark.labels(self._group, str(lane)).set(mark)
        self._all.lag.labels(self._group, str(lane)).set(max(0, known - mark))
