"""The supervisor keeps children running, in order, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.embedded import osproc, plan
from deploy.embedded.probe import free_port
from deploy.embedded.supervisor import BACK_OFF_FIRST_S, BACK_OFF_MOST_S, Child, Supervisor
from tests.support.waiting import eventually

Keep = Callable[..., Supervisor]
SLEEPER = "import time; time.sleep(600)"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def child(name: str, folder: Path, code: str = SLEEPER, **more: object) -> Child:
    options = {"ready": lambda: True, **more}
    argv = (sys.executable, "-c", code)
    return Child(name, argv, dict(os.environ), folder / f"{name}.log", **options)  # type: ignore[arg-type]


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Keep:
    def make(*children: Child, clock: Clock | None = None) -> Supervisor:
        supervisor = Supervisor(children, clock or Clock())
        request.addfinalizer(supervisor.stop)
        return supervisor

    return make


def until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    def stepped() -> bool:
        supervisor.step()
        return condition()

    eventually(stepped)


def states(supervisor: Supervisor) -> dict[str, str]:
    return {seen.name: seen.state for seen in supervisor.seen()}


def test_a_child_waits_for_those_it_comes_after(keep: Keep, tmp_path: Path) -> None:
    doors: set[str] = set()
    first = child("first", tmp_path, ready=lambda: "first" in doors)
    supervisor = keep(first, child("second", tmp_path, after=("first",)))
    supervisor.step()
    supervisor.step()
    assert states(supervisor) == {"first": "starting", "second": "waiting"}
    doors.add("first")
    supervisor.step()
    supervisor.step()
    assert states(supervisor) == {"first": "ready", "second": "ready"}
    assert supervisor.all_ready


def test_a_killed_child_is_started_again_after_a_pause(keep: Keep, tmp_path: Path) -> None:
    clock = Clock()
    supervisor = keep(child("one", tmp_path), clock=clock)
    supervisor.step()
    before = supervisor.seen()[0].pid
    os.kill(before, signal.SIGKILL)
    until(supervisor, lambda: states(supervisor) == {"one": "restarting"})
    assert not supervisor.step()
    clock.now += BACK_OFF_FIRST_S
    assert supervisor.step()
    after = supervisor.seen()[0]
    assert after.pid not in {0, before}
    assert after.restarts == 1


def test_a_child_that_dies_again_and_again_is_started_less_and_less_often(
    keep: Keep, tmp_path: Path
) -> None:
    clock = Clock()
    supervisor = keep(child("one", tmp_path, code="raise SystemExit(3)"), clock=clock)
    pauses = []
    for _ in range(6):
        supervisor.step()
        until(supervisor, lambda: states(supervisor) == {"one": "restarting"})
        pauses.append(supervisor.cares["one"].start_at - clock.now)
        clock.now += pauses[-1]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, BACK_OFF_MOST_S]


def test_what_no_waiting_mends_is_said_by_the_child_that_runs_and_by_the_one_that_ended(
    keep: Keep, tmp_path: Path
) -> None:
    said = ["The topic has 8 partitions."]

    def problem(code: int | None) -> str:
        return said[0] if code is None else f"ended with {code}"

    talks = child("talks", tmp_path, ready=lambda: not said[0], problem=problem)
    echoes = child("echoes", tmp_path, ready=lambda: not said[0], problem=problem)
    ends = child("ends", tmp_path, code="raise SystemExit(2)", problem=problem)
    supervisor = keep(talks, echoes, ends)
    until(supervisor, lambda: states(supervisor)["ends"] == "restarting")
    supervisor.step()
    assert set(supervisor.problems) == {"echoes: The topic has 8 partitions.", "ends: ended with 2"}
    said[0] = ""
    supervisor.step()
    assert supervisor.problems == ("ends: ended with 2",)


def test_a_process_of_ours_that_may_not_run_is_quoted_and_another_end_is_not(
    tmp_path: Path,
) -> None:
    log = tmp_path / "prepare.log"
    log.write_text("an earlier start\nThe log has 6 lanes.\n\n", "utf-8")
    assert plan._problem(log, 0, 2) == "The log has 6 lanes."
    assert plan._problem(log, 0, 1) == ""
    assert plan._problem(log, free_port(), None) == "", "nobody answers: it may still come up"
    log.write_bytes(b"")
    assert plan._problem(log, 0, 2) == f"it ended with 2 and said nothing: see {log}"


def test_children_are_stopped_stage_by_stage(keep: Keep, tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import signal, sys, time
        def end(*_):
            open(sys.argv[1], "a").write(sys.argv[2] + " ")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        open(sys.argv[1] + "." + sys.argv[2], "w").close()
        time.sleep(600)
    """)
    order = tmp_path / "order"

    def staged(name: str, stage: int) -> Child:
        argv = (sys.executable, "-c", code, str(order), name)
        log, up = tmp_path / f"{name}.log", Path(f"{order}.{name}")
        return Child(name, argv, dict(os.environ), log, up.exists, stage=stage)

    supervisor = keep(staged("mongo", 2), staged("web", 0), staged("worker", 1))
    until(supervisor, lambda: supervisor.all_ready)
    supervisor.stop()
    assert order.read_text().split() == ["web", "worker", "mongo"]
    assert all(seen.pid == 0 for seen in supervisor.seen())


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import sys, os, time
        from pathlib import Path
        from deploy.embedded.supervisor import Child, Supervisor
        log = Path({str(tmp_path / "log")!r})
        argv = (sys.executable, "-c", {SLEEPER!r})
        s = Supervisor([Child("one", argv, dict(os.environ), log, lambda: True)])
        s.step()
        print(s.seen()[0].pid, s.seen()[0].started, flush=True)
        time.sleep(600)
    """)
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pid, started = map(int, supervisor.stdout.readline().split())
    command = Path(f"/proc/{pid}/cmdline")
    eventually(lambda: "tether.py" not in command.read_text())  # it is the program itself by now
    assert osproc.is_alive(pid, started)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    eventually(lambda: not osproc.is_alive(pid, started))


def test_a_process_is_known_by_its_start_time_not_by_its_number_alone() -> None:
    pid = os.getpid()
    started = osproc.start_time(pid)
    assert osproc.is_alive(pid, started)
    assert not osproc.is_alive(pid, started + 1)
    assert not osproc.is_alive(0, 0)


def test_one_that_refuses_is_not_run_again_and_nothing_comes_after_it(
    keep: Keep, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    code = f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(2)"
    said = {2: "not this log"}
    first = child("first", tmp_path, code, once=True, problem=lambda code: said.get(code, ""))
    clock = Clock()
    supervisor = keep(first, child("second", tmp_path, after=("first",)), clock=clock)
    assert supervisor.problems == ()
    until(supervisor, lambda: supervisor.problems == ("first: not this log",))
    clock.now += BACK_OFF_MOST_S * 2
    supervisor.step()
    assert supervisor.cares["first"].process is None, "it was begun again"
    assert runs.read_text() == "x"
    assert states(supervisor)["second"] == "waiting"


def test_one_that_fails_otherwise_is_run_again(keep: Keep, tmp_path: Path) -> None:
    clock = Clock()
    supervisor = keep(child("first", tmp_path, "raise SystemExit(1)", once=True), clock=clock)
    until(supervisor, lambda: supervisor.cares["first"].restarts == 1)
    assert supervisor.problems == ()
    clock.now += BACK_OFF_MOST_S
    until(supervisor, lambda: supervisor.cares["first"].restarts == 2)
