"""Start, watch and stop the embedded system: what `caseledger up`, `down` and `status` do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from deploy.embedded import osproc
from deploy.embedded.find import ServerMissingError
from deploy.embedded.home import Home, LaunchError, Seen, State, anchored
from deploy.embedded.keeping.anew import begin_anew
from deploy.embedded.keeping.memory import Memory
from deploy.embedded.keeping.moving import LogMoved, Say, move_log, settle_move
from deploy.embedded.plan import PREPARE, Plan, make_plan
from deploy.embedded.probe import http_answers, http_problems
from deploy.embedded.supervisor import TICK_S, Supervisor

START_TIMEOUT_S = 180.0
DOWN_TIMEOUT_S = 90.0

Progress = Callable[[State], None]


@dataclass(frozen=True)
class Wish:
    """What a start is told beside the environment.

    `moved`: servers that are asked for by name are taken although the home remembers others.
    `empty`: all that the home holds is put aside first.
    """

    moved: bool = False
    empty: bool = False

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Wish":
        """Read the words that `words` gives."""
        return cls("--moved" in words, "--empty" in words)

    @property
    def words(self) -> tuple[str, ...]:
        """As options of the command line."""
        told = (("--moved", self.moved), ("--empty", self.empty))
        return tuple(word for word, wished in told if wished)


PLAIN = Wish()


def run(home: Home, environ: Mapping[str, str], *, progress: Progress, wish: Wish = PLAIN) -> None:
    """Be the supervisor: start everything, keep it running until SIGTERM or SIGINT, stop it.

    `progress` is called with the state each time it changed.

    Raises:
        LaunchError: when it cannot start, or a process says before all are ready what no waiting
            mends; nothing is left running.
    """
    with home.locked():
        end_left_overs(home)
        settle_move(home)
        put = begin_anew(home) if wish.empty else None
        plan = _planned(home, environ, wish)
        if put is not None:
            plan = replace(plan, notes=(*plan.notes, f"what was here is in {put}"))
        create_secrets(home)
        supervisor = Supervisor(plan.children)
        state = _state(plan, supervisor)
        stopping, came_up, remembered = _stop_signals(), False, False
        try:
            while not stopping:
                changed = supervisor.step()
                remembered = remembered or _remembered(home, plan, supervisor)
                if changed:
                    state = _state(plan, supervisor)
                    state.write(home)
                    progress(state)
                came_up = came_up or supervisor.all_ready
                if not came_up and supervisor.problems:
                    raise LaunchError(" ".join(supervisor.problems), exit_code=2)
                time.sleep(TICK_S)
        finally:
            supervisor.stop()
            State(pid=0, started=0).write(home)


def _remembered(home: Home, plan: Plan, supervisor: Supervisor) -> bool:
    """Keep the choice of servers once the log was found to be ours; False while that is not known.

    Where it is not ours, `prepare` ends with that problem, and no other process has begun.
    """
    if not supervisor.cares[PREPARE].ready:
        return False
    if Memory.read(home) != plan.memory:
        plan.memory.write(home)
    return True


def up_detached(
    home: Home, environ: Mapping[str, str], *, progress: Progress, wish: Wish = PLAIN
) -> State:
    """Start the supervisor as a daemon in a session of its own; return when all are ready.

    Raises:
        LaunchError: when it does not come up; the sentence is the supervisor's own.
    """
    with home.locked():  # refuses in one sentence while another start holds the folder
        pass
    with (home.logs / "launcher.log").open("ab") as out:
        daemon = subprocess.Popen(
            (sys.executable, "-P", "-m", "deploy.embedded", *wish.words),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**anchored(environ), "CASELEDGER_HOME": str(home.path)},
            cwd=home.path,
            start_new_session=True,
        )
    last: State | None = None
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        code = daemon.poll()
        state = State.read(home)
        if code is not None:
            sentence = state.error if state and state.error else _see(home)
            raise LaunchError(sentence, exit_code=code if code > 0 else 3)
        if state is not None and state.pid == daemon.pid and state != last:
            last = state
            progress(state)
        if last is not None and last.ready:
            return last
        time.sleep(TICK_S)
    down(home)
    raise LaunchError(_late(home, last), exit_code=3)


def carry_log(home: Home, environ: Mapping[str, str], *, to: str, say: Say) -> LogMoved:
    """Carry the log of a system that is down to the other kind of server.

    Raises:
        LaunchError: the system runs, or the log cannot be moved; the old one stays.
        ServerMissingError: a server is not on this machine.
    """
    with home.locked():
        end_left_overs(home)
        settle_move(home)
        return move_log(home, anchored(environ), to=to, say=say)


def down(home: Home) -> bool:
    """Stop the system in order and wait until it is gone; False when it was not running.

    Raises:
        LaunchError: when the supervisor does not end.
    """
    state = State.read(home)
    if state is None or not osproc.is_alive(state.pid, state.started):
        if not home.is_locked():  # a move of the log has servers of its own
            end_left_overs(home)
        return False
    os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_TIMEOUT_S
    while osproc.is_alive(state.pid, state.started):
        if time.monotonic() > deadline:
            raise LaunchError(
                f"The launcher (process {state.pid}) does not end: see {home.logs}.", exit_code=1
            )
        time.sleep(TICK_S)
    return True


def status(home: Home) -> dict[str, Any]:
    """The system as it is at this moment: processes looked at, readiness asked for."""
    state = State.read(home)
    if state is None or not osproc.is_alive(state.pid, state.started):
        problems = [state.error] if state is not None and state.error else []
        nothing: dict[str, Any] = {"pages": "", "services": {}, "processes": []}
        return {"ready": False, "running": False, "problems": problems, **nothing}
    with ThreadPoolExecutor(max_workers=8) as pool:
        processes = list(pool.map(_looked_at, state.processes))
        problems = [one for said in pool.map(_problems, state.processes) for one in said]
    pids = [state.pid]
    return {
        "ready": bool(processes) and all(one.state == "ready" for one in processes),
        "running": True,
        "problems": list(dict.fromkeys(problems)),
        "pages": state.pages,
        "payments": state.payments,
        "services": state.services,
        "mongo_uri": state.mongo_uri,
        "kafka": state.kafka_servers,
        "servers": {"mongo": state.mongo, "kafka": state.kafka},
        "notes": list(state.notes),
        "processes": [
            {"name": one.name, "pid": one.pid, "state": one.state, "restarts": one.restarts}
            for one in processes
        ],
        "memory_mb": round(osproc.memory_bytes(pids) / 1e6),
        "home": str(home.path),
        "logs": str(home.logs),
        "pid": state.pid,
    }


def end_left_overs(home: Home) -> None:
    """End children of a supervisor that was killed: ours by pid and start time, in order."""
    state = State.read(home)
    if state is None or not state.processes:
        return
    own = [(seen.pid, seen.started) for seen in state.processes]
    servers = [pair for pair, seen in zip(own, state.processes, strict=True) if _is_server(seen)]
    osproc.end([pair for pair in own if pair not in servers], patience_s=10)
    osproc.end(servers, patience_s=10)
    State(pid=0, started=0).write(home)


def create_secrets(home: Home) -> None:
    """Make the keys of this installation at its first start; later starts keep them."""
    from shared.config import create_missing  # noqa: PLC0415 - only a start needs it
    from shared.security.local_issuer import LocalIssuer  # noqa: PLC0415 - the same

    create_missing(home.secrets)
    LocalIssuer(home.secrets).create()


def _planned(home: Home, environ: Mapping[str, str], wish: Wish) -> Plan:
    try:
        return make_plan(home, environ, moved=wish.moved, anew=wish.empty)
    except ServerMissingError as missing:
        raise LaunchError(str(missing), exit_code=3) from missing


def _state(plan: Plan, supervisor: Supervisor) -> State:
    pid = os.getpid()
    return State(
        pid=pid,
        started=osproc.start_time(pid),
        ready=supervisor.all_ready,
        mongo=str(plan.mongo),
        mongo_uri=plan.mongo_uri,
        kafka=str(plan.kafka),
        kafka_servers=plan.kafka_servers,
        prefix=plan.memory.prefix,
        notes=plan.notes,
        pages=plan.pages,
        payments=plan.payments,
        services=plan.services,
        processes=supervisor.seen(),
    )


def _stop_signals() -> list[int]:
    """A list that a signal to stop is put into."""
    caught: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: caught.append(number))
    return caught


def _looked_at(seen: Seen) -> Seen:
    """A process as it is now: gone, or alive and asked whether it is ready."""
    if seen.state == "ready" and not osproc.is_alive(seen.pid, seen.started):
        return replace(seen, state="gone")
    if seen.state == "ready" and seen.health:
        address = urlsplit(seen.health)
        if not http_answers(address.port or 0, address.path):
            return replace(seen, state="not ready")
    return seen


def _problems(seen: Seen) -> tuple[str, ...]:
    """What a process says is wrong: with it, where it is not ready; else with what is around it."""
    address = urlsplit(seen.health)
    return http_problems(address.port or 0, address.path) if seen.health else ()


def _is_server(seen: Seen) -> bool:
    return seen.name in {"mongo", "kafka"}


def _see(home: Home) -> str:
    return f"The system ended at its start: see {home.logs / 'launcher.log'}."


def _late(home: Home, state: State | None) -> str:
    late = [seen.name for seen in state.processes if seen.state != "ready"] if state else []
    names = ", ".join(late) or "the launcher"
    return f"Not ready after {START_TIMEOUT_S:.0f} s: {names}; see {home.logs}."
