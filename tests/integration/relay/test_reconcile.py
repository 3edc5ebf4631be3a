"""Reconciliation names what is not as it must be, each kind by its own name, and nothing else."""

import pytest

from shared.config import Databases
from shared.kafka.record import Signer, records_of
from shared.relay.assign.assign import Assigner
from shared.relay.ledger.ledger import Ledger
from shared.relay.process.reconcile import Sweep, reconcile, reconcile_topic
from tests.support.relay_double import DoubleBroker
from tests.support.relay_world import (
    SEQUENCER_KEY,
    append,
    commit,
    commit_document,
    ensure_log_indexes,
    intake_door,
)

pytestmark = pytest.mark.mongo
DOCUMENTS = [commit_document("case/a", v) for v in (1, 2, 3)] + [commit_document("case/b", 1)]
SIGNER = Signer(SEQUENCER_KEY)


@pytest.fixture
def sequenced(databases: Databases) -> Databases:
    ensure_log_indexes(databases.log)
    ledger = Ledger(databases.log)
    ledger.ensure_indexes()
    append(databases.log, *DOCUMENTS)
    assigner = Assigner(0, ledger, intake_door())
    assigner.offer(DOCUMENTS)
    while assigner.step():
        pass
    return databases


def kinds(databases: Databases) -> list[tuple[str, str, int]]:
    report = reconcile(databases.log, [0], intake_door())
    assert report.ok == (not report.findings)
    return [(f.kind, f.stream, f.version) for f in report.findings]


def test_a_complete_lane_has_no_findings(sequenced: Databases) -> None:
    report = reconcile(sequenced.log, [0, 1], intake_door())
    assert report.ok
    assert [(lane.lane, lane.head, lane.commits) for lane in report.lanes] == [(0, 4, 4), (1, 0, 0)]


def test_a_commit_without_a_position(sequenced: Databases) -> None:
    append(sequenced.log, commit_document("case/c", 1))
    assert kinds(sequenced) == [("unassigned", "case/c", 1)]


def test_a_commit_in_flight_is_waited_for(sequenced: Databases) -> None:
    late = commit_document("case/c", 1)
    append(sequenced.log, late)

    def settle(settled: object) -> None:
        assigner = Assigner(0, Ledger(sequenced.log), intake_door())
        assigner.offer([late])
        while assigner.step():
            pass

    assert reconcile(sequenced.log, [0], intake_door(), settle=settle).ok


def test_a_foreign_commit_and_its_reason(sequenced: Databases) -> None:
    append(sequenced.log, commit_document("case/f", 1, types=["review.CaseApproved"]))
    report = reconcile(sequenced.log, [0], intake_door())
    assert [f.kind for f in report.findings] == ["foreign-commit"]
    assert "does not write" in report.findings[0].detail


def test_a_sweep_goes_on_after_what_says_little_of_its_place(sequenced: Databases) -> None:
    endless = commit_document("case/c", 1)
    del endless["last_version"]
    nowhere = commit_document("case/d", 1) | {"first_version": "1"}
    append(sequenced.log, endless, nowhere)
    ledger = Ledger(sequenced.log)
    found = Sweep(sequenced.log, ledger, 0).piece(50, held=["case/c", "case/d"])
    assert {document["stream"] for document in found} == {"case/c"}
    assert sorted(kinds(sequenced)) == [
        ("foreign-commit", "case/c", 1),
        ("foreign-commit", "case/d", 0),
    ]


def test_a_hole_in_the_ledger(sequenced: Databases) -> None:
    sequenced.log["ledger"].delete_one({"lane": 0, "position": 2})
    assert ("ledger-hole", "", 0) in kinds(sequenced)
    assert ("stream-order", "case/a", 3) in kinds(sequenced)


def test_a_commit_that_was_deleted(sequenced: Databases) -> None:
    sequenced.log["commits"].delete_one({"stream": "case/b"})
    assert kinds(sequenced) == [("commit-missing", "case/b", 1)]


def test_a_commit_that_was_changed(sequenced: Databases) -> None:
    document = sequenced.log["commits"].find_one({"stream": "case/b"})
    assert document is not None
    sequenced.log["commits"].delete_one({"_id": document["_id"]})
    body = bytes(document["body"]).replace(b"test", b"tEst")
    sequenced.log["commits"].insert_one(document | {"body": body})
    assert kinds(sequenced) == [("commit-changed", "case/b", 1)]


def test_the_topic_is_held_against_the_ledger(sequenced: Databases) -> None:
    broker, ledger = (
        DoubleBroker(),
        Ledger(sequenced.log, intake_door(), sequencer_key=SEQUENCER_KEY),
    )
    records = ledger.records(0, 0, 10)
    for record in records[:3]:
        broker.partitions[0].append(record)
    unsigned = records_of(commit("case/b", 1), lane=0, position=4)[0]
    broker.partitions[0].append(unsigned)
    report = reconcile_topic(broker, ledger, [0], SIGNER)
    assert [(f.kind, f.stream) for f in report.findings] == [("not-on-topic", "case/b")]
    broker.partitions[0].append(records[3])
    assert reconcile_topic(broker, ledger, [0], SIGNER).ok
