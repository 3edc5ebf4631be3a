"""Leases without clocks: a silent holder is replaced, a deposed one notices, nobody trusts time."""

import pytest

from shared.config import Databases
from shared.relay.process.lease import Leases

pytestmark = pytest.mark.mongo


def leases(databases: Databases, me: str, lanes: tuple[int, ...] = (0, 1)) -> Leases:
    return Leases(databases.log["lanes"], me=me, lanes=lanes, beat_s=1.0, lease_s=5.0)


def work(lease: Leases, start: float, until: float) -> None:
    now = start
    while now < until:
        lease.step(now)
        now += 0.5


def test_a_lane_that_nobody_holds_is_taken_at_once(databases: Databases) -> None:
    one = leases(databases, "one")
    work(one, 0, 3)
    assert one.held == {0: 1, 1: 1}


def test_a_holder_that_beats_keeps_its_lanes(databases: Databases) -> None:
    one, two = leases(databases, "one"), leases(databases, "two")
    work(one, 0, 3)
    for step in range(40):
        one.step(3 + step / 2)
        two.step(100 + step / 2)
    assert one.held == {0: 1, 1: 1}
    assert two.held == {}


def test_a_silent_holder_is_replaced_and_notices_when_it_wakes(databases: Databases) -> None:
    one, two = leases(databases, "one"), leases(databases, "two")
    work(one, 0, 3)
    work(two, 1000, 1004)
    assert two.held == {}, "not before it saw the silence with its own clock"
    work(two, 1004, 1008)
    assert two.held == {0: 2, 1: 2}
    one.step(60)
    assert one.held == {}
    work(one, 61, 62)
    assert one.held == {}


def test_only_one_of_two_contenders_takes_a_silent_lane(databases: Databases) -> None:
    one, two, three = (leases(databases, n) for n in ("one", "two", "three"))
    work(one, 0, 3)
    for step in range(30):
        two.step(step / 2)
        three.step(step / 2)
    assert {**two.held, **three.held} == {0: 2, 1: 2}
    assert not set(two.held) & set(three.held)


def test_a_standby_knows_that_others_hold_every_lane_and_when_they_fall_silent(
    databases: Databases,
) -> None:
    one, two = leases(databases, "one"), leases(databases, "two")
    assert not two.all_held_elsewhere(0), "it has not looked yet"
    work(one, 0, 3)
    for step in range(20):
        one.step(3 + step / 2)
        two.step(100 + step / 2)
    assert two.all_held_elsewhere(110)
    assert not one.all_held_elsewhere(13)
    assert not two.all_held_elsewhere(115), "no beat for the length of a lease"


def test_a_lane_that_was_left_is_free_at_once(databases: Databases) -> None:
    one, two = leases(databases, "one"), leases(databases, "two")
    work(one, 0, 3)
    one.release()
    two.step(0)
    assert two.held == {0: 2, 1: 2}
    assert one.held == {}


def test_a_lease_taken_with_a_lost_answer_is_found_again(databases: Databases) -> None:
    one = leases(databases, "one")
    work(one, 0, 3)
    one.held.clear()  # as if the answer to the compare-and-set had not come
    work(one, 3, 6)
    assert one.held == {0: 1, 1: 1}


def test_two_that_saw_the_same_silence_do_not_both_take_the_lane(databases: Databases) -> None:
    one, two, three = (leases(databases, n, (0,)) for n in ("one", "two", "three"))
    work(one, 0, 3)
    silent = databases.log["lanes"].find_one({"_id": "lease/0"})
    assert silent is not None
    for contender in (two, three):
        contender._take(0, silent, 100)
    assert two.held == {0: 2}
    assert three.held == {}
