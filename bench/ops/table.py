"""What was counted, as a document and as a table. Pure, but for the printing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.load.figures import COUNTED_AS, KINDS
from bench.ops.counting import Counts

Key = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """Counts of so many cases, which took so long, and of an idle time afterwards.

    `idle_percent` is the CPU of each process in that time, in percent of a core.
    """

    cases: int
    counts: Counts
    carried_s: float
    idle: Counts
    idle_s: float
    idle_percent: Mapping[str, float]


def document(found: Found) -> dict[str, Any]:
    """Every figure: by kind, by process, and by process, collection and command."""
    a_case = {"ops_per_case": found.counts, "idle_ops_per_s": found.idle}
    over = {"ops_per_case": float(found.cases), "idle_ops_per_s": found.idle_s}
    whole: dict[str, Any] = {name: _kinds(counts, over[name]) for name, counts in a_case.items()}
    whole["ops_per_case_without_idle"] = round(_beyond(found), 1)
    whole["idle_percent_of_core"] = _percent(found.idle_percent)
    whole["cases"], whole["seconds_a_case"] = found.cases, round(found.carried_s / found.cases, 1)
    for name, counts in a_case.items():
        processes = _sums(counts, lambda process, _: (process,))
        whole[f"{name}_by_process"] = _each(processes, over[name])
        rows = _sums(counts, lambda process, one: (process, one.collection, one.command))
        whole[f"{name}_by_command"] = _each(rows, over[name])
    return whole


def show(found: Found, *, shapes: bool) -> None:
    """The table: who asks for what, most first; a case's, and a second's of an idle system."""
    console = Console(width=150)
    table = Table(title=f"operations of a case ({found.cases} cases), and idle, a second")
    for column in ("process", "collection", "command", "filter" if shapes else "group"):
        table.add_column(column)
    for column in ("a case", "idle a second"):
        table.add_column(column, justify="right")

    def key(process: str, one: Any) -> Key:
        return process, one.collection, one.command, one.shape if shapes else "", one.group

    carried, idle = _sums(found.counts, key), _sums(found.idle, key)
    for row in sorted(set(carried) | set(idle), key=lambda row: -carried[row]):
        words = (*row[:3], " ".join(row[3:]).strip())
        table.add_row(
            *words, f"{carried[row] / found.cases:.1f}", f"{idle[row] / found.idle_s:.2f}"
        )
    console.print(table)
    told = document(found)
    for name in ("ops_per_case", "ops_per_case_by_process", "idle_ops_per_s"):
        console.print(name, told[name])
    console.print("a case without what idleness costs", told["ops_per_case_without_idle"])
    console.print("idle_percent_of_core", told["idle_percent_of_core"])


def _beyond(found: Found) -> float:
    """Operations of a case without those that its time would have cost idly."""
    idle = sum(found.idle.values()) / found.idle_s * found.carried_s
    return (sum(found.counts.values()) - idle) / found.cases


def _kinds(counts: Counts, over: float) -> dict[str, float]:
    """Counts by the server's own kinds, and all of them."""
    kinds = _sums(counts, lambda _, one: (KINDS[COUNTED_AS.get(one.command, "command")],))
    return _each(kinds, over) | {"all": round(sum(counts.values()) / over, 1)}


def _sums(counts: Counts, key: Any) -> "Counter[Key]":
    sums: Counter[Key] = Counter()
    for (process, one), count in counts.items():
        sums[key(process, one)] += count
    return sums


def _each(sums: "Counter[Key]", over: float) -> dict[str, float]:
    return {" ".join(key).strip(): round(n / over, 2) for key, n in sums.most_common()}


def _percent(used: Mapping[str, float]) -> dict[str, float]:
    servers = {"mongo", "kafka"}
    ours = sum(share for name, share in used.items() if name not in servers)
    return {"all": round(sum(used.values()), 1), "ours": round(ours, 1), **used}
