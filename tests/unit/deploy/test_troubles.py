"""`status` says what a process says of the world outside of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.embedded import launch
from deploy.embedded.home import Seen
from deploy.embedded.troubles import troubles_of
from shared.messaging.worker.probes import Probes

SENTENCE = "The channel email is in trouble: 20 attempts in a row failed, the last with smtp-away."


@contextmanager
def worker(**said: Any) -> Iterator[Seen]:
    def report() -> tuple[bool, dict[str, Any]]:
        return True, {"ready": True, **said}

    probes = Probes(live=report, ready=report, registry=CollectorRegistry(), port=0)
    probes.start()
    try:
        health = f"http://127.0.0.1:{probes.port}/readyz"
        yield Seen(name="w", pid=1, started=1, state="ready", restarts=0, log="", health=health)
    finally:
        probes.stop()


def test_the_sentences_of_all_processes_are_said() -> None:
    with worker(troubles=[SENTENCE]) as troubled, worker() as older, worker(troubles=[]) as well:
        assert troubles_of([well, troubled, older]) == [SENTENCE]


def test_a_process_that_does_not_answer_says_nothing() -> None:
    gone = Seen(
        name="w",
        pid=1,
        started=1,
        state="ready",
        restarts=0,
        log="",
        health="http://127.0.0.1:1/readyz",
    )
    assert troubles_of([gone]) == []


@pytest.mark.parametrize("troubles", ["text", {"a": 1}, None])
def test_an_answer_of_another_shape_is_no_fault_of_status(troubles: object) -> None:
    with worker(troubles=troubles) as odd:
        assert troubles_of([odd]) == []


@pytest.mark.parametrize(("troubles", "code"), [([SENTENCE], 1), ([], 0)])
def test_status_ends_with_1_where_something_is_in_trouble(
    troubles: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"ready": True, "running": True, "troubles": troubles}
    monkeypatch.setattr(launch, "status", lambda _: found)
    ran = CliRunner().invoke(app, ["status", "--json"])
    assert ran.exit_code == code
    assert json.loads(ran.stdout)["troubles"] == troubles
