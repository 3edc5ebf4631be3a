"""The system as a person meets it: start, demo, kill, stop, start again; nothing is lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded import osproc
from deploy.embedded.home import Home, State
from tests.e2e.system import System, system
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

PATH = [
    "intake.CaseSubmitted",
    "intake.FeeAssessed",
    "intake.PaymentRecorded",
    "intake.CaseAccepted",
    "review.ReviewOpened",
    "review.CaseAssigned",
    "review.DecisionProposed",
    "review.CaseApproved",
    "issuance.DocumentNumbered",
    "issuance.ProductionOrdered",
    "issuance.DocumentProduced",
    "issuance.DocumentDispatched",
    "issuance.DocumentHandedOver",
    "issuance.CaseClosed",
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with system(tmp_path_factory.mktemp("system")) as one:
        one.up()
        yield one


@pytest.fixture(scope="module")
def demo(running: System) -> dict[str, Any]:
    return running.caseledger("demo")


def all_ready(one: System) -> bool:
    return bool(one.run("status").returncode == 0)


def test_status_says_what_runs_and_where(running: System) -> None:
    found = running.caseledger("status")
    assert found["ready"] is True
    assert set(found["services"]) == {"intake", "review", "issuance", "notify"}
    assert found["mongo_uri"].startswith("mongodb://127.0.0.1:")
    assert found["kafka"].startswith("127.0.0.1:")
    names = [one["name"] for one in found["processes"]]
    assert len(names) == len(set(names)) == 17
    assert {one["state"] for one in found["processes"]} == {"ready"}
    assert found["memory_mb"] < 1500


def test_the_demo_carries_a_case_to_its_end_and_proves_it(demo: dict[str, Any]) -> None:
    assert demo["status"] == "closed"
    assert [name for name in demo["events"] if not name.startswith("notify.")] == PATH
    assert demo["verify"]["ok"] is True
    assert demo["proof"]["ok"] is True
    assert demo["progress"]["status"] == "closed"
    assert demo["notices"]
    assert {notice["status"] for notice in demo["notices"]} == {"sent"}


def test_the_commands_agree_on_the_case(running: System, demo: dict[str, Any]) -> None:
    shown = running.caseledger("case", "show", demo["case"])
    assert (shown["case"], shown["status"]) == (demo["case"], "closed")
    early = running.caseledger("case", "show", demo["case"], "--as-of", "2")
    assert (early["version"], early["status"]) == (2, "awaiting-payment")
    assert running.caseledger("case", "replay", demo["case"])["ok"] is True
    assert running.caseledger("audit", "verify")["ok"] is True
    assert running.caseledger("audit", "reconcile")["findings"] == []
    assert running.caseledger("projection", "compare")["findings"] == []
    assert running.caseledger("parked", "list")["parked"] == []
    assert running.caseledger("relay", "status")["ok"] is True
    assert running.caseledger("projection", "rebuild")["ok"] is True
    assert running.caseledger("projection", "compare")["findings"] == []


def test_an_unknown_case_is_bad_use(running: System) -> None:
    found = running.caseledger("case", "show", "nobody", expect=2)
    assert "There is no case nobody" in found["error"]


def test_an_export_verifies_without_us(
    running: System, demo: dict[str, Any], tmp_path: Path
) -> None:
    target = tmp_path / "export"
    running.caseledger("audit", "export", str(target))
    assert (target / "manifest.json").exists()
    assert running.caseledger("audit", "export", str(target), expect=2)["ok"] is False


def test_a_person_is_erased_and_every_proof_still_holds(
    running: System, demo: dict[str, Any]
) -> None:
    subject = running.caseledger("case", "show", demo["case"])["subject"]
    assert running.caseledger("erase", subject)["ok"] is True
    assert running.caseledger("case", "replay", demo["case"])["ok"] is True
    assert running.caseledger("audit", "verify")["ok"] is True
    again = running.caseledger("demo")  # the same person comes back as somebody new
    assert running.caseledger("case", "show", again["case"])["subject"] != subject


def test_mail_was_really_sent(running: System, demo: dict[str, Any]) -> None:
    mails = list((running.home / "outbox" / "mail").glob("*.eml"))
    assert len(mails) >= sum(notice["channel"] == "email" for notice in demo["notices"])


def test_a_second_start_in_the_same_folder_is_one_sentence(running: System) -> None:
    found = running.caseledger("up", "--detach", expect=2)
    assert "is in use by another start: end it with `caseledger down`" in found["error"]


@pytest.mark.parametrize("name", ["intake-web", "review-worker", "sequencer", "kafka", "mongo"])
def test_a_killed_process_comes_back_and_the_case_is_there(
    running: System, demo: dict[str, Any], name: str
) -> None:
    before = running.process(name)
    os.kill(before["pid"], signal.SIGKILL)
    eventually(lambda: running.process(name)["pid"] not in {0, before["pid"]}, 60)
    eventually(lambda: all_ready(running), 90)
    assert running.caseledger("case", "show", demo["case"])["status"] == "closed"
    assert running.caseledger("audit", "verify")["ok"] is True


def test_down_and_up_lose_nothing(running: System, demo: dict[str, Any]) -> None:
    assert running.caseledger("down") == {"stopped": True}
    assert running.caseledger("status", expect=3)["ready"] is False
    running.up()
    assert running.caseledger("case", "show", demo["case"])["status"] == "closed"


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(
    running: System, demo: dict[str, Any]
) -> None:
    state = State.read(Home(running.home))
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    running.up()
    own = [(seen.pid, seen.started) for seen in state.processes]
    assert [one for one in own if osproc.is_alive(*one)] == []
    assert running.caseledger("case", "show", demo["case"])["status"] == "closed"
