"""Parking and redrive: traces d1 to d5 of the model, step by step, on the real code."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from shared.messaging import Consumer, Group, Limits, Parking, Received, Redrive, redrive
from tests.support.messaging_fakes import Crash, FakeHistory, FakeSource, World

A = "case/a"


class Handling:
    """A reaction with events that it cannot digest until an operator repairs it."""

    def __init__(self) -> None:
        self.poison: set[str] = set()
        self.killers: set[str] = set()
        self.done: list[str] = []
        self.calls: list[str] = []

    def __call__(self, received: Received) -> None:
        self.calls.append(received.event_id)
        if received.event_id in self.killers:
            raise Crash
        if received.event_id in self.poison:
            raise ValueError("a name that must not show")
        if received.event_id not in self.done:
            self.done.append(received.event_id)


def group_of(handling: Handling) -> Group:
    return Group("issuance", handlers={"intake.CaseSubmitted": [handling]})


def parked(world: World, stream: str = A) -> tuple[int, int] | None:
    row = world.parking.rows.get(("issuance", stream))
    return None if row is None else (row[1], row[2])


def redriving(world: World, handling: Handling, stream: str = A) -> Redrive:
    return Redrive(
        group_of(handling),
        stream,
        parking=cast("Parking", world.parking),
        history=FakeHistory(world.ledger),
    )


def publish_last(world: World) -> None:
    last = world.ledger.all_records(0)[-1]
    world.topic.put(0, last.position, last.index, last.value)


def until(consumer: Consumer, world: World, condition: Callable[[], bool]) -> None:
    for _ in range(50):
        if condition():
            return
        consumer.step(0)
        world.clock.pass_(6)
    raise AssertionError("the consumer does not get there")


def parked_at_v1(*, poison: str = f"{A}/1") -> tuple[World, Handling, Consumer]:
    """v1 failed five times, its stream is parked, the mark stands behind it."""
    world, handling = World(), Handling()
    handling.poison = {poison}
    world.ledger.append(0, A)
    publish_last(world)
    consumer = world.consumer(group_of(handling))
    until(consumer, world, lambda: world.mark("issuance") == 1)
    assert parked(world) == (1, 1)
    assert handling.calls == [f"{A}/1"] * 5
    return world, handling, consumer


def test_d1_the_redrive_removes_the_row_right_before_seen_is_raised() -> None:
    world, handling, consumer = parked_at_v1()
    handling.poison.clear()
    doing = redriving(world, handling)
    assert doing.begin()
    doing.work()  # the log ends at v1 as the redrive sees it
    world.ledger.append(0, A)
    publish_last(world)

    def remove_first(operation: str) -> None:
        if operation == "parks.raise_seen":
            world.hook.before = lambda _operation: None
            assert doing.remove()

    world.hook.before = remove_first
    until(consumer, world, lambda: world.mark("issuance") == 2)
    assert handling.done == [f"{A}/1", f"{A}/2"]
    assert parked(world) is None


def test_d2_raising_seen_never_makes_a_row_that_does_not_say_where_to_begin() -> None:
    world = World()
    assert not world.parking.raise_seen("issuance", A, 2)
    assert parked(world) is None


def test_d3_a_crash_at_any_step_leaves_nothing_unhandled() -> None:
    for crash_at in range(40):
        world, handling = World(), Handling()
        handling.poison = {f"{A}/2"}
        for _ in range(3):
            world.ledger.append(0, A)
        world.topic.publish(world.ledger, 0)
        count = 0

        def crash(_operation: str, at: int = crash_at) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise Crash

        world.hook.before = crash
        consumer = world.consumer(group_of(handling))
        for _ in range(30):
            try:
                consumer.step(0)
            except Crash:
                consumer = world.consumer(group_of(handling))
            world.clock.pass_(6)
        assert world.mark("issuance") == 3
        assert parked(world) == (2, 3)
        assert handling.done == [f"{A}/1"]


def test_d4_a_zombie_that_parks_an_earlier_version_widens_the_row() -> None:
    world, handling = World(), Handling()
    for _ in range(2):
        world.ledger.append(0, A)
    world.topic.publish(world.ledger, 0)
    first = world.consumer(
        group_of(handling), source=FakeSource(world.topic), limits=Limits(tries=1)
    )
    zombie = world.consumer(
        group_of(handling), source=FakeSource(world.topic, most=1), limits=Limits(tries=1)
    )
    zombie._follow()  # it holds the lane at mark 0, and sleeps
    handled: list[bool] = []

    def zombie_parks_first(operation: str) -> None:
        """While the first is about to park v2, the zombie fails on v1 and parks that."""
        if operation == "parks.park" and not handled:
            handled.append(True)
            handling.poison = {f"{A}/1"}
            zombie.step(0)

    world.hook.before = zombie_parks_first
    handling.poison = {f"{A}/2"}
    first.step(0)
    world.hook.before = lambda _operation: None
    assert handling.done == [f"{A}/1"]
    assert parked(world) == (1, 2), "v2 is at or below the mark, and nothing covers it"
    handling.poison.clear()
    answer = redrive(
        group_of(handling),
        A,
        parking=cast("Parking", world.parking),
        history=FakeHistory(world.ledger),
    )
    assert answer.done
    assert handling.done == [f"{A}/1", f"{A}/2"]


def test_d4_a_row_that_was_widened_below_its_beginning_is_not_removed() -> None:
    world, handling = World(), Handling()
    for _ in range(2):
        world.ledger.append(0, A)
    world.parking.park("issuance", A, 2, lane=0, reason="")
    doing = redriving(world, handling)
    assert doing.begin()
    doing.work()
    world.parking.park("issuance", A, 1, lane=0, reason="")  # a zombie, further down
    assert not doing.remove()
    answer = redrive(
        group_of(handling),
        A,
        parking=cast("Parking", world.parking),
        history=FakeHistory(world.ledger),
    )
    assert answer.done
    assert f"{A}/1" in handling.done


def test_d5_a_handler_that_kills_its_process_is_counted_and_parked() -> None:
    world, handling = World(), Handling()
    handling.killers = {f"{A}/1"}
    world.ledger.append(0, A)
    world.ledger.append(0, "case/b")
    world.topic.publish(world.ledger, 0)
    deaths = 0
    consumer = world.consumer(group_of(handling))
    for _ in range(12):
        try:
            consumer.step(0)
        except Crash:
            deaths += 1
            consumer = world.consumer(group_of(handling))
        world.clock.pass_(6)
    assert deaths == 5
    assert parked(world) == (1, 1)
    assert handling.done == ["case/b/1"]
    assert world.mark("issuance") == 2


def test_d5_a_batch_that_kills_its_process_goes_one_by_one_the_next_time() -> None:
    world, handling = World(), Handling()
    handling.killers = {f"{A}/1"}
    for stream in ("case/x", A, "case/b"):
        world.ledger.append(0, stream)
    world.topic.publish(world.ledger, 0)
    group = Group("issuance", batch=lambda batch: [handling(r) for r in batch] and None)
    consumer = world.consumer(group)
    for _ in range(12):
        try:
            consumer.step(0)
        except Crash:
            consumer = world.consumer(group)
        world.clock.pass_(6)
    assert parked(world) == (1, 1)
    assert handling.done == ["case/x/1", "case/b/1"]
    assert world.mark("issuance") == 3


def test_a_batch_that_fails_parks_only_the_stream_that_cannot_be_digested() -> None:
    world, handling = World(), Handling()
    handling.poison = {f"{A}/2"}
    sizes: list[int] = []

    def batch(received: object) -> None:
        events = cast("list[Received]", received)
        sizes.append(len(events))
        for one in events:
            handling(one)

    for n in range(3):
        world.ledger.append(0, A)
        world.ledger.append(0, f"case/{n}")
    world.topic.publish(world.ledger, 0)
    consumer = world.consumer(Group("issuance", batch=batch))
    until(consumer, world, lambda: world.mark("issuance") == 6)
    assert parked(world) == (2, 3)
    assert handling.done == [f"{A}/1", "case/0/1", "case/1/1", "case/2/1"]
    assert sizes[0] == 6


def test_an_unreadable_event_in_a_batch_waits_for_those_before_it() -> None:
    world, handling = World(), Handling()
    world.ledger.append(0, A)
    world.ledger.append(0, A, schema=7)
    world.ledger.append(0, A)
    world.ledger.append(0, "case/b")
    world.topic.publish(world.ledger, 0)
    group = Group("issuance", batch=lambda batch: [handling(r) for r in batch] and None)
    world.consumer(group).step(0)
    assert handling.done == [f"{A}/1", "case/b/1"]
    assert parked(world) == (2, 3)
    assert world.mark("issuance") == 4


def test_later_events_of_a_parked_stream_are_neither_copied_nor_handled() -> None:
    world, handling, consumer = parked_at_v1()
    for _ in range(3):
        world.ledger.append(0, A)
        publish_last(world)
    until(consumer, world, lambda: world.mark("issuance") == 4)
    assert parked(world) == (1, 4)
    assert handling.done == []


def test_what_another_process_parked_is_known_after_a_take_over() -> None:
    world, handling, _ = parked_at_v1()
    world.ledger.append(0, A)
    publish_last(world)
    handling.poison.clear()  # v2 would go, but v1 is owed first
    heir = world.consumer(group_of(handling), source=FakeSource(world.topic))
    until(heir, world, lambda: world.mark("issuance") == 2)
    assert handling.done == []
    assert parked(world) == (1, 2)


def test_a_redrive_goes_round_again_while_the_consumer_passes_more() -> None:
    world, handling, consumer = parked_at_v1()
    handling.poison.clear()
    doing = redriving(world, handling)
    assert doing.begin()
    doing.work()
    world.ledger.append(0, A)
    publish_last(world)
    until(consumer, world, lambda: world.mark("issuance") == 2)
    assert not doing.remove()
    doing.work()
    assert doing.remove()
    assert handling.done == [f"{A}/1", f"{A}/2"]


def test_a_redrive_that_fails_leaves_the_row_and_says_where() -> None:
    world, handling, _ = parked_at_v1()
    answer = redrive(
        group_of(handling),
        A,
        parking=cast("Parking", world.parking),
        history=FakeHistory(world.ledger),
    )
    assert not answer.done
    assert answer.problem is not None
    assert "version 1: ValueError at test_parking.py" in answer.problem
    assert parked(world) == (1, 1)


def test_a_type_of_newer_code_stays_parked_until_the_code_knows_it() -> None:
    world, handling = World(), Handling()
    for kind in ("intake.AddedLater", "intake.CaseSubmitted"):
        world.ledger.append(0, A, kind)
        publish_last(world)
    until(world.consumer(group_of(handling)), world, lambda: world.mark("issuance") == 2)
    assert parked(world) == (1, 2)
    parking, history = cast("Parking", world.parking), FakeHistory(world.ledger)
    still = redrive(group_of(handling), A, parking=parking, history=history)
    assert (still.done, still.handled) == (False, 0)
    assert still.problem == "the type intake.AddedLater is not known here"
    upgraded = replace(group_of(handling), known=frozenset({"intake.AddedLater"}))
    assert redrive(upgraded, A, parking=parking, history=history).done
    assert handling.done == [f"{A}/2"]


def test_the_reason_names_the_place_and_never_the_text_of_the_error() -> None:
    world, _, _ = parked_at_v1()
    reason = world.parking.rows["issuance", A][3]
    assert "ValueError at test_parking.py" in reason
    assert "name that must not show" not in reason


def test_a_redrive_of_a_stream_that_is_not_parked_says_so() -> None:
    world, handling = World(), Handling()
    answer = redrive(
        group_of(handling),
        A,
        parking=cast("Parking", world.parking),
        history=FakeHistory(world.ledger),
    )
    assert answer.problem == "the stream is not parked"


def test_a_group_has_handlers_or_a_batch() -> None:
    with pytest.raises(ValueError, match="one of them"):
        Group("x", handlers={"a": []}, batch=lambda _batch: None)
