"""Processes that die or freeze, at the worst moment and all together."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.embedded.probe import free_port
from tests.faults.drive import caller, flying
from tests.faults.stack import SETTLE_S, Stack, stack
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.rust_mongo,
    pytest.mark.real_kafka,
    pytest.mark.stack,
    pytest.mark.timeout(900),
]
FROZEN_POLLS_MS = 4000


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("die")
    with stack(folder, FAULTS_MAX_POLL_MS=str(FROZEN_POLLS_MS)) as one:
        yield one


def test_row_2_a_web_process_dies_after_the_append_before_the_answer(system: Stack) -> None:
    """Idempotency for ever: the repeat finds the commit by its command id and answers from it."""
    with flying(system):
        armed = [
            system.arm("intake-web", "appended", after=3),
            system.arm("review-web", "appended", after=5),
            system.arm("issuance-web", "appended", after=7),
        ]
        armed[0].wait()
        armed.append(system.arm("intake-web", "appended"))
        for one in armed:
            one.wait()
    system.check()


def test_row_3_the_sequencer_dies_between_append_and_publish(system: Stack) -> None:
    """The log is read again from the last known point, the topic from the ledger's mark."""
    with flying(system):
        for after in (0, 2):
            system.arm("sequencer", "assigned", after=after).wait()
    system.check()


def test_row_4_the_sequencer_dies_after_the_acknowledgement_before_its_mark(system: Stack) -> None:
    """What is published again carries the same ids and positions; every reader drops it."""
    with flying(system):
        for after in (0, 2):
            system.arm("sequencer", "acked", after=after).wait()
    system.check()


def test_row_5_workers_die_between_effect_and_mark(system: Stack) -> None:
    """A reaction's own command id, an owner's number, a version guard: again has no effect."""
    with flying(system):
        armed = [
            system.arm(process, "handled", after=2)
            for process in ("intake-worker", "review-worker", "issuance-worker")
        ]
        armed += [
            system.arm(process, "handled", after=4)
            for process in ("notify-worker", "projection", "worklists")
        ]
        armed.append(system.arm("issuance-worker", "reserved"))
        for one in armed:
            one.wait()
    system.check()


def test_row_8_everything_is_killed_at_once_servers_too(system: Stack) -> None:
    """What was acknowledged is on disk (w: majority, j); everything else is made again from it."""
    with flying(system) as flight:
        flight.after(60)
        system.mongo.pause()
        for name in system.names():
            system.kill(name)
        system.kafka.kill()
        system.mongo.kill()
        system.kafka.start()
        system.mongo.start()
    system.wait_ready()
    system.check()


def test_row_9_web_processes_and_workers_are_asked_to_end_under_load(system: Stack) -> None:
    """A graceful stop answers what it took, and loses neither marks nor commands."""
    with flying(system) as flight:
        flight.after(30)
        for name in ("intake-web", "review-worker", "issuance-web", "notify-worker"):
            system.kill(name, signal.SIGTERM)
            flight.after(8)
    system.wait_ready()
    system.check()


def test_row_11_a_frozen_sequencer_wakes_up_when_another_works(system: Stack) -> None:
    """The epoch of the lease fences the mark; two unique keys fence the positions."""
    with flying(system) as flight:
        flight.after(20)
        frozen = system.kill("sequencer", signal.SIGSTOP)
        before = _epochs(system)
        with _beside(system, "deploy.processes.sequencer"):
            eventually(lambda: _all_above(_epochs(system), before), SETTLE_S)
            flight.after(40)
            os.kill(frozen, signal.SIGCONT)
            flight.after(40)
    system.check()


def test_row_12_a_worker_freezes_for_longer_than_its_poll_interval(system: Stack) -> None:
    """Another takes its lanes; what the frozen one still does has no second effect."""
    with flying(system) as flight:
        flight.after(20)
        with _beside(system, "deploy.processes.worker", "review", service="review"):
            frozen = system.kill("review-worker", signal.SIGSTOP)
            try:
                flight.after(60)
                eventually(lambda: _group_went_on(system), SETTLE_S)
            finally:
                os.kill(frozen, signal.SIGCONT)
    system.check()


def test_row_40_a_handler_raises_in_the_middle_of_what_it_was_given(system: Stack) -> None:
    """The mark stands before what failed, which is tried again: never skipped, never parked."""
    with flying(system):
        armed = [
            system.arm(process, "raise", after=2)
            for process in ("intake-worker", "review-worker", "issuance-worker", "notify-worker")
        ]
        for one in armed:
            one.wait()
    system.check()


def test_row_52_two_issuers_race(system: Stack) -> None:
    """A number belongs to its owner under a unique key, whoever of the two reserved it."""
    with (
        _beside(system, "deploy.processes.worker", "issuance", service="issuance"),
        flying(system) as flight,
    ):
        flight.after(60)
        system.kill("issuance-worker")  # its lanes change hands in the middle of numbering
    system.check()


def test_row_53_a_web_process_dies_between_the_claim_of_a_payment_and_its_case(
    system: Stack,
) -> None:
    """The gateway does not repeat it: the reaction to the claim records it, on that case alone."""
    one = caller(system)
    first, second = one.submit(), one.submit()
    armed = system.arm("intake-web", "claimed")
    one.callback(first, transaction="t-row-53", once=True)
    armed.wait()
    one.until(first, "under-review")
    one.callback(second, transaction="t-row-53", once=True)
    assert one.look(second)["fee"]["payments"] == []
    one.decide(first)
    one.produce(first)
    one.callback(second)
    one.decide(second)
    one.produce(second)
    system.check()


@contextmanager
def _beside(system: Stack, module: str, *words: str, service: str = "") -> Iterator[None]:
    """A second process of a kind, ended as asked to at the end."""
    port = str(free_port())
    process = system.process(
        module, *words, CASELEDGER_SERVICE=service, CASELEDGER_HEALTH_PORT=port
    )
    try:
        yield
        assert process.poll() is None, f"the second {module} ended by itself"
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _epochs(system: Stack) -> dict[str, int]:
    found = system.databases.log["lanes"].find({"_id": {"$regex": "^lease/"}})
    return {row["_id"]: int(row["epoch"]) for row in found}


def _all_above(now: dict[str, int], before: dict[str, int]) -> bool:
    return bool(before) and all(now[name] > epoch for name, epoch in before.items())


def _group_went_on(system: Stack) -> bool:
    """Whether the review group's marks are at the heads while one of its members is frozen."""
    return not any(one.startswith("I10 review is at") for one in system.late())
