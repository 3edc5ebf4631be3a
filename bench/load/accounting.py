"""CPU time and memory of a tree of processes, as the operating system accounts for them.

A process that ended is not lost: whoever waited for it has its time (`cutime`, `cstime`).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PPID, _UTIME, _CSTIME = 1, 11, 14  # places in /proc/<pid>/stat after the command's bracket
_IDLE, _IOWAIT, _GUEST = 3, 4, 8  # places in the line `cpu` of /proc/stat


@dataclass(frozen=True)
class Stat:
    """One process: its parent, and the CPU time of itself and of its ended children, in ms."""

    parent: int
    cpu_ms: float


def parse_stat(text: str) -> Stat:
    """Read the content of /proc/<pid>/stat; the command in it may hold spaces and brackets."""
    fields = text.rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[_UTIME : _CSTIME + 1])
    return Stat(parent=int(fields[_PPID]), cpu_ms=ticks * TICK_MS)


def parse_machine(text: str) -> float:
    """The CPU time of everything that ran on the machine, in ms, from /proc/stat."""
    fields = [int(field) for field in text.splitlines()[0].split()[1:]]
    busy = sum(fields[:_GUEST]) - fields[_IDLE] - fields[_IOWAIT]  # guest time is in user time
    return busy * TICK_MS


def by_name(
    stats: Mapping[int, Stat], roots: Mapping[int, str]
) -> dict[str, tuple[tuple[int, ...], float]]:
    """Of each named process, its pids and CPU time in ms, its living descendants among them.

    A process belongs to its nearest ancestor that has a name.
    """
    found: dict[str, tuple[tuple[int, ...], float]] = dict.fromkeys(roots.values(), ((), 0.0))
    for pid, stat in stats.items():
        name = _name_of(pid, stats, roots)
        if name is not None:
            pids, cpu_ms = found[name]
            found[name] = ((*pids, pid), cpu_ms + stat.cpu_ms)
    return found


def _name_of(pid: int, stats: Mapping[int, Stat], roots: Mapping[int, str]) -> str | None:
    seen: set[int] = set()
    while pid in stats and pid not in seen:
        if pid in roots:
            return roots[pid]
        seen.add(pid)
        pid = stats[pid].parent
    return None


def spent(
    before: Mapping[str, float], after: Mapping[str, float], *, root: str
) -> dict[str, float]:
    """The CPU time of each name between two readings, in ms.

    A process that was started anew has less than before; what its predecessor had is then with
    `root`, which waited for it. The sum stays right: the shortfall is taken from `root`.
    """
    found = {name: after[name] - before.get(name, 0.0) for name in after}
    for name in [name for name, ms in found.items() if ms < 0 and name != root]:
        found[root] = found.get(root, 0.0) + found[name]
        found[name] = 0.0
    return found


@dataclass(frozen=True)
class Reading:
    """What was used up to a moment: CPU time by name, and of the whole machine, in ms."""

    cpu_ms: Mapping[str, float]
    machine_ms: float


def read(roots: Mapping[int, str]) -> Reading:
    """Read the CPU time of these processes with all that they started."""
    stats = dict(_stats())
    machine = parse_machine((PROC / "stat").read_text("ascii"))
    return Reading({name: ms for name, (_, ms) in by_name(stats, roots).items()}, machine)


def memory_mb(roots: Mapping[int, str]) -> dict[str, float]:
    """The proportional memory (PSS) of these processes with all that they started."""
    stats = dict(_stats())
    return {
        name: round(sum(_pss_kb(pid) for pid in pids) * 1024 / 1e6, 1)
        for name, (pids, _) in by_name(stats, roots).items()
    }


def _stats() -> Iterable[tuple[int, Stat]]:
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            try:
                yield int(entry.name), parse_stat((entry / "stat").read_text("utf-8", "replace"))
            except OSError:
                continue  # it ended in the meantime


def _pss_kb(pid: int) -> int:
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1])
