"""The traces of the assign model (b1 to b7), run by the real code on a real server."""

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from shared.config import Databases
from shared.eventlog import Door
from shared.relay.assign.assign import Assigner
from shared.relay.ledger import ledger as ledger_module
from shared.relay.ledger.candidate import Assigned
from shared.relay.ledger.ledger import Ledger, Row
from shared.relay.process.reconcile import Sweep
from tests.support.keys import writer_of
from tests.support.relay_world import (
    INTAKE,
    KnownWriters,
    append,
    commit_document,
    ensure_log_indexes,
)

pytestmark = pytest.mark.mongo
A1, A2, A3 = (commit_document("case/a", version) for version in (1, 2, 3))
B1, C1 = commit_document("case/b", 1), commit_document("case/c", 1)


class FaultyLedger(Ledger):
    """A ledger whose next insert loses its answer, or lands only when the test says so."""

    lose_answer = False
    delay = False
    late: Sequence[Row] = ()

    def insert(self, rows: Sequence[Row]) -> None:
        if self.delay:
            self.delay, self.late = False, rows
            raise AutoReconnect("the answer did not come")
        super().insert(rows)
        if self.lose_answer:
            self.lose_answer = False
            raise AutoReconnect("the answer is lost")

    def land(self) -> None:
        if not self.late:
            return
        with contextlib.suppress(BulkWriteError):
            super().insert(self.late)


class World:
    def __init__(self, databases: Databases) -> None:
        self.log = databases.log
        self.keys = KnownWriters(INTAKE)
        self.ledger = Ledger(self.log)
        self.handed: list[Assigned] = []

    def sequencer(self, **options: Any) -> Assigner:
        ledger = FaultyLedger(self.log)
        return Assigner(0, ledger, Door(self.keys), handover=self.handed.extend, **options)

    def sweep(self, assigner: Assigner) -> None:
        sweep = Sweep(self.log, self.ledger, 0)
        while not sweep.rounds:
            assigner.offer(sweep.piece(100, held=assigner.held), suspect=True)
            work(assigner)

    def rows(self) -> list[tuple[int, str, int]]:
        return [(r.position, r.stream, r.first_version) for r in self.ledger.rows(0, 0, 1000)]


def faulty(assigner: Assigner) -> FaultyLedger:
    ledger = assigner._ledger
    assert isinstance(ledger, FaultyLedger)
    return ledger


@pytest.fixture
def world(databases: Databases) -> World:
    ensure_log_indexes(databases.log)
    Ledger(databases.log).ensure_indexes()
    return World(databases)


def work(assigner: Assigner, *, upto: str = "", most: int = 60) -> None:
    """Step until nothing is left, or until the state `upto`; an error is met with patience."""
    for _ in range(most):
        if assigner.state == upto:
            return
        with contextlib.suppress(AutoReconnect):
            if not assigner.step():
                return
    raise AssertionError(f"still busy after {most} steps, in {assigner.state}")


def test_commits_get_dense_positions_in_the_order_of_their_streams(world: World) -> None:
    assigner = world.sequencer()
    assigner.offer([A1, B1, A2, C1, A3])
    work(assigner)
    assert world.rows() == [
        (1, "case/a", 1),
        (2, "case/b", 1),
        (3, "case/a", 2),
        (4, "case/c", 1),
        (5, "case/a", 3),
    ]
    assert [a.row.position for a in world.handed] == [1, 2, 3, 4, 5]
    document = world.log["lanes"].find_one({"_id": "head/0"})
    assert document is not None
    assert document["position"] == 5


def test_b1_a_lost_answer_is_looked_up_and_uses_no_second_position(world: World) -> None:
    assigner = world.sequencer()
    faulty(assigner).lose_answer = True
    assigner.offer([A1, B1])
    work(assigner)
    assigner.offer([A2])
    work(assigner)
    assert world.rows() == [(1, "case/a", 1), (2, "case/b", 1), (3, "case/a", 2)]


def test_b1_an_insert_that_lands_after_its_sender_gave_up_does_no_harm(world: World) -> None:
    one, two = world.sequencer(), world.sequencer()
    faulty(one).delay = True
    one.offer([A1, B1])
    work(one, upto="resolve")
    two.offer([B1])
    work(two)
    faulty(one).land()
    work(one)
    assert sorted(world.rows()) == [(1, "case/b", 1), (2, "case/a", 1)]


def test_b2_the_same_commit_elsewhere_does_not_use_my_position_up(world: World) -> None:
    zombie, successor = world.sequencer(), world.sequencer()
    zombie.offer([A1])
    work(zombie)
    work(successor)
    faulty(successor).lose_answer = True
    successor.offer([A1])
    work(successor)
    successor.offer([A2])
    work(successor)
    assert world.rows() == [(1, "case/a", 1), (2, "case/a", 2)]


def test_b2_two_at_once_on_one_lane_leave_no_hole(world: World) -> None:
    one, two = world.sequencer(batch=2), world.sequencer(batch=3)
    for assigner in (one, two):
        assigner.offer([A1, B1, A2, C1, A3])
    for _ in range(60):
        one.step()
        two.step()
    assert sorted(r[0] for r in world.rows()) == [1, 2, 3, 4, 5]
    assert [r[2] for r in world.rows() if r[1] == "case/a"] == [1, 2, 3]


def test_b3_a_commit_that_is_known_already_is_let_go_at_once(world: World) -> None:
    first, again = world.sequencer(), world.sequencer()
    first.offer([A1])
    work(first)
    again.offer([A1])
    work(again, most=8)
    first.offer([A1])
    work(first, most=2)
    assert world.rows() == [(1, "case/a", 1)]


def test_b4_a_zombie_cannot_lower_the_head(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "PAGE", 1)
    zombie, successor = world.sequencer(), world.sequencer()
    zombie.offer([A1])
    work(zombie, upto="raise")
    successor.offer([B1])
    work(successor)
    successor.offer([C1])
    work(successor)
    work(zombie)
    document = world.log["lanes"].find_one({"_id": "head/0"})
    assert document is not None
    assert document["position"] == 3


def test_b4_the_head_is_read_on_while_the_page_is_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "PAGE", 1)
    first = world.sequencer(batch=1)
    first.offer([A1, B1, C1])
    work(first)
    world.log["lanes"].update_one({"_id": "head/0"}, {"$set": {"position": 0}})
    again = world.sequencer()
    again.offer([A2])
    work(again)
    assert world.rows()[-1] == (4, "case/a", 2)


def test_b5_a_lost_delivery_holds_its_stream_and_reconciliation_brings_it_back(
    world: World,
) -> None:
    append(world.log, A1, A2, B1)
    assigner = world.sequencer()
    assigner.offer([A2, B1])
    work(assigner)
    assert world.rows() == [(1, "case/b", 1)]
    assert assigner.held["case/a"].first_version == 2
    world.sweep(assigner)
    assert world.rows() == [(1, "case/b", 1), (2, "case/a", 1), (3, "case/a", 2)]
    assert not assigner.held


def test_b5_a_lost_last_commit_is_found_by_reconciliation(world: World) -> None:
    append(world.log, A1, B1, A2)
    assigner = world.sequencer()
    assigner.offer([A1, A2])
    work(assigner)
    world.sweep(assigner)
    assert world.rows() == [(1, "case/a", 1), (2, "case/a", 2), (3, "case/b", 1)]


def test_b5_without_seq_hint_reconciliation_scans_the_lane(world: World) -> None:
    hinted = world.log["commits"]
    append(world.log, A1, A2, B1)
    hinted.update_many({}, {"$set": {"seq_hint": ledger_zero()}})
    assigner = world.sequencer()
    world.sweep(assigner)
    assert sorted(r[1:] for r in world.rows()) == [("case/a", 1), ("case/a", 2), ("case/b", 1)]


def ledger_zero() -> Any:
    from shared.relay.assign.feed import ZERO  # noqa: PLC0415 - the one test that needs it

    return ZERO


def test_b6_a_foreign_commit_is_held_until_it_verifies(world: World) -> None:
    newer = writer_of("intake", 2)
    foreign = commit_document("case/a", 1, writer=newer)
    append(world.log, foreign, A2, B1)
    assigner = world.sequencer()
    assigner.offer([foreign, A2, B1])
    work(assigner)
    assert world.rows() == [(1, "case/b", 1)]
    assert "intake-2" in assigner.held["case/a"].why
    world.sweep(assigner)
    assert world.rows() == [(1, "case/b", 1)], "reconciliation does not let a foreign one in"
    world.keys.add(newer)
    world.sweep(assigner)
    assert world.rows() == [(1, "case/b", 1), (2, "case/a", 1), (3, "case/a", 2)]
    assert not assigner.held


def test_b6_what_is_foreign_stays_held_when_what_is_before_it_gets_its_place(world: World) -> None:
    foreign = commit_document("case/a", 2, types=["intake.AddedLater"])
    append(world.log, A1, foreign, B1)
    assigner = world.sequencer()
    assigner.offer([A1, foreign, B1])
    work(assigner)
    assert world.rows() == [(1, "case/a", 1), (2, "case/b", 1)]
    held = assigner.held["case/a"]
    assert (held.first_version, held.why) == (2, "intake does not write intake.AddedLater")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (commit_document("case/f", 1, types=["review.CaseApproved"]), "does not write"),
        (commit_document("case/f", 1, mac="intake-1:" + "0" * 128), "signature"),
        (commit_document("case/f", 1) | {"hash": b"x" * 32}, "hash"),
        (commit_document("case/f", 1) | {"first_version": 2, "last_version": 2}, "disagree"),
        (commit_document("case/f", 1) | {"command_id": "timer:x:1"}, "disagree"),
        (commit_document("case/f", 1, lane=3), "lane 3"),
        (commit_document("case/f", 1) | {"body": b"{}"}, "cannot be read"),
        (commit_document("case/f", 1) | {"body": None}, "cannot be read"),
    ],
)
def test_a_commit_that_is_not_genuine_gets_no_position(
    world: World, document: dict[str, Any], why: str
) -> None:
    assigner = world.sequencer()
    assigner.offer([document, B1])
    work(assigner)
    assert world.rows() == [(1, "case/b", 1)]
    assert why in assigner.held["case/f"].why


def test_b7_takeovers_a_lost_delivery_and_a_lost_answer_together(world: World) -> None:
    append(world.log, A1, B1, A2, A3)
    first, second = world.sequencer(), world.sequencer()
    faulty(first).delay = True
    first.offer([B1, A2])  # A1 was never delivered to it
    work(first, upto="resolve")
    second.offer([A1, B1])
    faulty(second).lose_answer = True
    work(second)
    faulty(first).land()
    work(first)
    third = world.sequencer()
    world.sweep(third)
    world.sweep(first)
    rows = world.rows()
    assert [r[0] for r in rows] == [1, 2, 3, 4]
    assert [r[2] for r in rows if r[1] == "case/a"] == [1, 2, 3]


def test_the_heads_kept_in_memory_are_bounded(world: World) -> None:
    assigner = world.sequencer(streams_kept=2, batch=2)
    documents = [commit_document(f"case/{n}", v) for v in (1, 2, 3) for n in range(5)]
    assigner.offer(documents)
    work(assigner, most=100)
    assert len(world.rows()) == 15
    assert len(assigner._heads) == 2


def test_what_another_sequencer_added_meanwhile_is_looked_up_before_a_stream_is_held(
    world: World,
) -> None:
    first, second = world.sequencer(), world.sequencer()
    first.offer([A1])
    work(first)
    second.offer([A2])
    work(second)
    first.offer([A3])
    work(first)
    assert [r[2] for r in world.rows()] == [1, 2, 3]
    assert not first.held
