"""A home of earlier code comes up with the present code, in place, and goes on.

Made by commit 1a3d13c with each embedded event log server (`tests/homes/make.py`): its log is
verified, its projection is the fold of the log, what was closed answers as before, and what was
open comes to its end. Kafka begins empty: its folder is not kept, the log is the truth.
"""

import copy
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import people
from deploy.embedded.find import ServerMissingError, find_mongo
from shared.case.deciding.unmet import unmet_sentence
from shared.config.writer_keys import WRITERS
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System, system
from tests.homes.asking import answers, settled
from tests.homes.kept import KINDS, differences, read_answers, unpack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
WAIT_S = 120.0


@dataclass
class Raised:
    """The system of a kept home, running the present code, and what it answered before."""

    at: Scene
    before: dict[str, Any]

    def case(self, name: str) -> str:
        """The id of a case by how it went."""
        return str(self.before[name]["case"]["case"])


@pytest.fixture(scope="module", params=KINDS)
def raised(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Raised]:
    kind: str = request.param
    try:
        find_mongo({"CASELEDGER_MONGO": kind, "HOME": str(Path.home())})
    except ServerMissingError as missing:
        pytest.skip(f"the home of {kind}: {missing}")
    folder = tmp_path_factory.mktemp("kept")
    unpack(kind, folder / "home")
    with system(folder, CASELEDGER_MONGO=kind, CASELEDGER_KEY_CACHE_S="2") as one:
        one.up()
        with scene(one) as at:
            yield Raised(at, read_answers(kind))


def test_its_log_is_verified_and_its_projection_is_the_fold_of_it(raised: Raised) -> None:
    run = raised.at.system.caseledger
    found = run("audit", "verify")
    assert found["ok"] is True
    assert found["commits"] > 100
    assert run("audit", "reconcile")["findings"] == []
    compared = run("projection", "compare")
    assert (compared["findings"], compared["cases"]) == ([], len(raised.before))
    assert run("parked", "list") == {"ok": True, "parked": []}


def test_it_was_cut_over_by_itself_and_verifies_with_public_keys_alone(
    raised: Raised, tmp_path: Path
) -> None:
    """Its commits carry HMACs whose keys are gone; an auditor is given nothing that is secret."""
    secrets = raised.at.secrets
    assert secrets.old_writer_paths == []
    old = [one for one in secrets.writers if one.algorithm == "hmac-sha256"]
    assert {one.writer for one in old} == set(WRITERS) - {"registrar"}
    assert all(one.until for one in old)
    public = tmp_path / "public"
    public.mkdir()
    for name in ("writers.json", "checkpoint.pub"):
        shutil.copy(secrets.folder / name, public / name)
    at = raised.at.system
    auditor = System(at.home, {**at.environ, "CASELEDGER_SECRETS_DIR": str(public)})
    found = auditor.caseledger("audit", "verify")
    assert (found["ok"], found["macs"]) == (True, "checked")
    assert auditor.caseledger("audit", "reconcile")["ok"] is True
    assert auditor.caseledger("case", "show", raised.case("open"))["case"] == raised.case("open")


def test_every_closed_case_answers_as_before(raised: Raised) -> None:
    for name, before in raised.before.items():
        if name != "open":
            assert before["case"]["status"] == "closed"
            assert (
                differences(told_since(before), answers(raised.at, raised.case(name)), name) == []
            )


def told_since(before: dict[str, Any]) -> dict[str, Any]:
    """The same, but that a ground of a refusal is told as not met: it was told as its opposite."""
    found = copy.deepcopy(before)
    for one in (found["case"]["refusal"] or {"reasons": ()})["reasons"]:
        one["text"], _ = unmet_sentence(one["criterion"], one["text"], None)
    return found


def test_who_was_erased_stays_erased(raised: Raised) -> None:
    """The person is nobody here any more, and nothing of the case can be read."""
    path = f"/v1/cases/{raised.case('erased')}"
    gone = raised.at.get("intake", path, as_="applicant", sub="person-to-be-erased")
    assert gone.status_code == 404
    there = raised.at.get("intake", f"/v1/cases/{raised.case('delivered')}", as_="applicant")
    assert there.status_code == 200


def test_the_open_case_goes_on_to_its_end(raised: Raised) -> None:
    case = raised.case("open")
    assert raised.before["open"]["case"]["status"] == "under-review"
    assert raised.before["open"]["case"]["owed"]
    story = raised.at.story()
    story.case = case
    # The edition of the item by which this case was begun asks for no second person.
    story.decide(decider="officer")
    story.produce()
    assert story.look()["status"] == "closed"
    eventually(lambda: settled(raised.at, case), WAIT_S, poll_s=0.2)
    shown = answers(raised.at, case)
    assert shown["progress"]["status"] == "closed"
    (paper,) = shown["progress"]["documents"]
    taken = [one["progress"]["documents"] for one in raised.before.values()]
    assert paper["number"] not in {one["number"] for papers in taken for one in papers}
    assert raised.at.system.caseledger("audit", "verify")["ok"] is True
    assert raised.at.system.caseledger("projection", "compare")["ok"] is True


def test_a_transaction_from_before_the_claims_pays_no_second_case(raised: Raised) -> None:
    """Told again for its case it has the answer of then; told for another, that one is not paid."""
    at, other = raised.at, raised.case("open")
    (paid,) = raised.before["delivered"]["case"]["fee"]["payments"]
    body = {
        "kind": "payment",
        "case": raised.case("delivered"),
        "transaction": paid["transaction"],
        "amount": people.FEE,
        "method": "alipay",
    }
    again = at.callback(json.dumps(body).encode(), at=time.time())
    assert (again.status_code, again.json()["events"]) == (200, ["intake.PaymentRecorded"])
    assert again.headers["Idempotency-Replayed"] == "true"
    refused = at.callback(json.dumps(body | {"case": other}).encode(), at=time.time())
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (
        409,
        "transaction-taken",
    )
    shown = at.get("intake", f"/v1/cases/{other}", as_="applicant").json()
    assert paid["transaction"] not in {one["transaction"] for one in shown["fee"]["payments"]}
    assert at.system.caseledger("audit", "verify")["ok"] is True
