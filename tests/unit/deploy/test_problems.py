"""What is wrong stands in /readyz of a process under `problems`; `status` says it, ends with 1."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.embedded import launch, osproc
from deploy.embedded.home import Home, Seen, State
from deploy.embedded.probe import free_port, http_problems
from shared.messaging.worker.probes import Probes

SENTENCE = "The channel email is in trouble: 20 attempts in a row failed, the last with smtp-away."


@contextmanager
def worker(**said: Any) -> Iterator[int]:
    """The port of a ready process that says so much."""

    def report() -> tuple[bool, dict[str, Any]]:
        return True, {"ready": True, **said}

    probes = Probes(live=report, ready=report, registry=CollectorRegistry(), port=0)
    probes.start()
    try:
        yield probes.port
    finally:
        probes.stop()


def test_status_has_the_sentences_of_all_processes_each_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with worker(problems=[SENTENCE]) as one, worker(problems=[SENTENCE]) as two, worker() as well:
        us = os.getpid(), osproc.start_time(os.getpid())
        seen = tuple(
            Seen(str(port), *us, "ready", 0, "", f"http://127.0.0.1:{port}/readyz")
            for port in (well, one, two, free_port())
        )
        State(*us, processes=seen).write(home)
        assert launch.status(home)["problems"] == [SENTENCE]


def test_a_process_that_does_not_answer_says_nothing() -> None:
    assert http_problems(free_port(), "/readyz") == ()


@pytest.mark.parametrize("problems", ["text", {"a": 1}, None])
def test_an_answer_of_another_shape_is_no_fault_of_status(problems: object) -> None:
    with worker(problems=problems) as odd:
        assert http_problems(odd, "/readyz") == ()


@pytest.mark.parametrize(("problems", "code"), [([SENTENCE], 1), ([], 0)])
def test_status_ends_with_1_where_something_is_wrong(
    problems: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"ready": True, "running": True, "problems": problems}
    monkeypatch.setattr(launch, "status", lambda _: found)
    ran = CliRunner().invoke(app, ["status", "--json"])
    assert ran.exit_code == code
    assert json.loads(ran.stdout)["problems"] == problems
