"""Keep a list of children running: start in order, restart what dies, stop in reverse.

One thread, one loop, one effect a step. It knows nothing of what the children are
(`deploy.embedded.plan` does).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import osproc, tether
from deploy.embedded.home import Seen

TICK_S = 0.1
BACK_OFF_FIRST_S, BACK_OFF_MOST_S = 0.5, 10.0
STEADY_S = 30.0
STOP_PATIENCE_S = 25.0
REFUSED = 2  # the exit code of a process of ours that settings or the log do not allow


@dataclass(frozen=True)
class Child:
    """What to run and how to tell that it is ready. `stage` is the order in which to stop.

    One that runs `once` is ready when it ended well; only then may others come after it. Ended with
    a problem it is not started again. A child works in `folder`, so that nothing is read or
    imported from where the system happened to be started. `problem` is a sentence about what no
    waiting mends, "" where there is none; it is given the exit code of a child that ended, and None
    while the child runs and is not ready.
    """

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str]
    log: Path
    ready: Callable[[], bool]
    after: tuple[str, ...] = ()
    stage: int = 0
    health: str = ""
    once: bool = False
    folder: Path | None = None
    problem: Callable[[int | None], str] = lambda _code: ""


@dataclass
class Care:
    """One child over time: its process now, when to start it again, how often that happened."""

    child: Child
    process: "subprocess.Popen[bytes] | None" = None
    started: int = 0
    ready: bool = False
    since: float = 0.0
    start_at: float = 0.0
    back_off_s: float = BACK_OFF_FIRST_S
    restarts: int = 0
    last_exit: int | None = None
    problem: str = ""

    @property
    def state(self) -> str:
        """One word for the person who asks."""
        if self.process is None:
            return "waiting" if self.last_exit is None else "restarting"
        return "ready" if self.ready else "starting"

    @property
    def over(self) -> bool:
        """Whether it runs once, and has run: well, or with what no other run would mend."""
        return self.child.once and (self.ready or bool(self.problem))

    def seen(self) -> Seen:
        """As it is written to the state file."""
        pid = self.process.pid if self.process else 0
        child = self.child
        return Seen(
            child.name, pid, self.started, self.state, self.restarts, str(child.log), child.health
        )


@dataclass
class Supervisor:
    """Children by name; `step()` looks at each of them once and says whether anything changed."""

    children: Sequence[Child]
    clock: Callable[[], float] = time.monotonic
    cares: dict[str, Care] = field(init=False)

    def __post_init__(self) -> None:
        self.cares = {child.name: Care(child) for child in self.children}

    @property
    def all_ready(self) -> bool:
        """True when every child is ready."""
        return all(care.ready for care in self.cares.values())

    @property
    def problems(self) -> tuple[str, ...]:
        """What no waiting mends, a sentence a child; each sentence once."""
        found = {care.problem: name for name, care in self.cares.items() if care.problem}
        return tuple(f"{name}: {problem}" for problem, name in found.items())

    def seen(self) -> tuple[Seen, ...]:
        """All children that keep running, as they are now."""
        return tuple(care.seen() for care in self.cares.values() if not care.child.once)

    def step(self) -> bool:
        """Notice deaths, start what is due, look for readiness; True when a state changed."""
        before = self.seen()
        for care in self.cares.values():
            if care.process is None:
                if care.over:
                    continue
                if self.clock() >= care.start_at and self._may_start(care):
                    self._start(care)
            elif (code := care.process.poll()) is not None:
                self._note_death(care, code)
            elif not care.ready and not care.child.once:
                care.ready = care.child.ready()
                care.problem = "" if care.ready else care.child.problem(None)
        return self.seen() != before

    def stop(self) -> None:
        """End all children, stage by stage, each stage together."""
        for stage in sorted({child.stage for child in self.children}):
            cares = [care for care in self.cares.values() if care.child.stage == stage]
            running = [care for care in cares if care.process is not None]
            osproc.end(
                [(care.process.pid, care.started) for care in running if care.process],
                patience_s=STOP_PATIENCE_S,
            )
            for care in running:
                if care.process is not None:
                    care.process.wait()
                care.process, care.ready = None, False

    def _may_start(self, care: Care) -> bool:
        return all(self.cares[name].ready for name in care.child.after)

    def _start(self, care: Care) -> None:
        """Start the child in a session of its own, tied to our life."""
        child = care.child
        parent = str(os.getpid())
        argv = (sys.executable, "-I", "-S", tether.__file__, parent, *child.argv)
        with child.log.open("ab") as out:
            care.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=dict(child.environ),
                cwd=child.folder,
                start_new_session=True,
            )
        care.started = osproc.start_time(care.process.pid)
        care.since = self.clock()

    def _note_death(self, care: Care, code: int) -> None:
        """Plan the restart: soon after a steady life, later and later otherwise."""
        if care.child.once and code == 0:
            care.process, care.ready = None, True
            return
        care.problem = care.child.problem(code)
        lived_s = self.clock() - care.since
        if lived_s >= STEADY_S:
            care.back_off_s = BACK_OFF_FIRST_S
        care.start_at = self.clock() + care.back_off_s
        care.back_off_s = min(care.back_off_s * 2, BACK_OFF_MOST_S)
        care.restarts += 1
        care.process, care.ready, care.started, care.last_exit = None, False, 0, code
