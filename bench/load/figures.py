"""From what was counted to what is reported: percentiles, and figures for each case. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

# The names that MongoDB gives to what a server counts, and ours.
KINDS = {
    "query": "queries",
    "insert": "inserts",
    "update": "updates",
    "delete": "deletes",
    "getmore": "getMores",
    "command": "commands",
}
# The kind under which a server counts a command of the driver; every other is a command.
COUNTED_AS = {
    "find": "query",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "getMore": "getmore",
}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The median and the 99th percentile (nearest rank), with the number of values."""
    if not values:
        return {"n": 0}
    ordered = sorted(values)
    return {
        "p50": round(_rank(ordered, 0.50), 1),
        "p99": round(_rank(ordered, 0.99), 1),
        "n": len(ordered),
    }


def _rank(ordered: Sequence[float], share: float) -> float:
    place = -(-len(ordered) * share // 1)  # the ceiling
    return ordered[max(0, int(place) - 1)]


def operations(
    before: Mapping[str, int], after: Mapping[str, int], own: Mapping[str, int]
) -> dict[str, int]:
    """What the server counted between two readings, without what the measurement asked itself."""
    return {
        name: max(0, after.get(kind, 0) - before.get(kind, 0) - own.get(kind, 0))
        for kind, name in KINDS.items()
    }


def each(counts: Mapping[str, float], cases: int) -> dict[str, float]:
    """Counts for each case."""
    return {name: round(count / cases, 1) for name, count in counts.items()}


def processor(
    spent_ms: Mapping[str, float], *, machine_ms: float, client_ms: float, cases: int, wall_s: float
) -> dict[str, Any]:
    """The CPU figures of one window: for each case, by process, and who else used the machine."""
    whole = sum(spent_ms.values())
    return {
        "cpu_ms_per_case": round(whole / cases, 1),
        "cpu_ms_by_process": {n: round(ms / cases, 1) for n, ms in sorted(spent_ms.items())},
        "client_cpu_ms_per_case": round(client_ms / cases, 1),
        "system_percent_of_core": share(whole, wall_s),
        "others_percent_of_core": share(max(0.0, machine_ms - whole - client_ms), wall_s),
    }


def in_gauges(ms: float, gauge_ms: Sequence[float]) -> float:
    """CPU time in units of the gauge's median, which the machine's other users slow as well."""
    return round(ms / median(gauge_ms), 1) if gauge_ms else 0.0


def share(ms: float, wall_s: float) -> float:
    """CPU time in percent of one core over a time."""
    return round(ms / 10 / wall_s, 1)
