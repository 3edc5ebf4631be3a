"""What the operating system says of processes: alive, since when, how much memory."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
_PPID, _START_TIME = 1, 19  # places in /proc/<pid>/stat after the command's closing bracket


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat after the name; None when there is no such process."""
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def start_time(pid: int) -> int:
    """Start time of a process in clock ticks since boot; 0 when it is gone or a zombie."""
    fields = _stat(pid)
    if fields is None:
        return 1 if not PROC.is_dir() and _signal(pid, 0) else 0
    return 0 if fields[0] == "Z" else int(fields[_START_TIME])


def is_alive(pid: int, started: int) -> bool:
    """True when the very process that began at `started` is running (pids are used again)."""
    return pid > 0 and started > 0 and start_time(pid) == started


def with_descendants(pids: Iterable[int]) -> set[int]:
    """These processes and everything that they started."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[_PPID]), []).append(int(entry.name))
    todo, found = list(pids), set[int]()
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.add(pid)
            todo.extend(children.get(pid, []))
    return found


def memory_bytes(pids: Iterable[int]) -> int:
    """Proportional memory of these processes and their descendants; 0 where it is not told."""
    total = 0
    for pid in with_descendants(pids):
        try:
            text = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
        except OSError:
            continue
        line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
        total += int(line.split()[1]) * 1024
    return total


def end(processes: Iterable[tuple[int, int]], *, patience_s: float) -> None:
    """End these (pid, start time): ask all, wait, insist. Gone ones are skipped."""
    alive = [one for one in processes if is_alive(*one)]
    for pid, _ in alive:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [one for one in alive if is_alive(*one)]
    for pid, _ in alive:
        _signal(pid, signal.SIGKILL)
    for one in alive:
        while is_alive(*one):
            time.sleep(0.02)


def _signal(pid: int, number: int) -> bool:
    """Send a signal; False when the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
