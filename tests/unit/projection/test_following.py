"""The projection's process goes from one generation to the next, and stops when it is asked to."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from shared.messaging import Group
from shared.projection.parts import Interrupted
from shared.projection.worker import Once, Projection, Until


class Generations:
    """Says which generation is live, now and then that it cannot; those from `readable` on are."""

    def __init__(self, *answers: int | Exception, readable: int = 1) -> None:
        self.answers = list(answers)
        self.readable = readable

    def claim_first(self, now: datetime) -> None:
        assert now.tzinfo is not None

    def is_readable(self, generation: int) -> bool:
        return generation >= self.readable

    def live(self) -> int:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def not_to_be_renewed(_stop: threading.Event) -> bool:
    raise AssertionError("its format is ours")


def run(
    generations: Generations,
    *,
    rounds: int,
    renew: Callable[[threading.Event], bool] = not_to_be_renewed,
) -> list[int]:
    """Which generations a process followed until it was stopped after so many."""
    stop, followed = threading.Event(), []

    class Worker:
        def __init__(self, generation: int, until: threading.Event) -> None:
            self.generation, self.until = generation, until

        def run(self, until: threading.Event) -> None:
            assert until is self.until
            followed.append(self.generation)
            until.set()  # the tick saw a switch
            if len(followed) == rounds:
                stop.set()

    made: Any = Projection(generations, lambda n: Group(f"progress.{n}"), Worker, renew)  # type: ignore[arg-type]
    made.run(stop)
    return followed


def test_after_a_switch_it_goes_on_with_the_new_generation() -> None:
    assert run(Generations(1, 1, 2), rounds=3) == [1, 1, 2]


def test_while_the_views_are_away_it_waits_and_goes_on() -> None:
    assert run(Generations(AutoReconnect("away"), 1), rounds=1) == [1]


def test_what_is_not_an_outage_ends_the_process() -> None:
    with pytest.raises(RuntimeError):
        run(Generations(RuntimeError("broken")), rounds=1)


def test_a_generation_of_another_format_is_renewed_before_anything_is_followed() -> None:
    generations = Generations(1, 2, readable=2)
    renewed = []

    def renew(stop: threading.Event) -> bool:
        renewed.append(stop)
        return True

    assert run(generations, rounds=1, renew=renew) == [2]
    assert len(renewed) == 1


def test_an_outage_while_it_is_renewed_is_waited_for_and_tried_again() -> None:
    answers: list[bool | Exception] = [AutoReconnect("away"), True]

    def renew(_stop: threading.Event) -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert run(Generations(1, 1, 2, readable=2), rounds=1, renew=renew) == [2]
    assert answers == []


@pytest.mark.parametrize("outcome", [None, ValueError("an event that this code cannot read")])
def test_where_renewing_fails_the_live_one_is_followed_and_nothing_crashes(
    outcome: Exception | None,
) -> None:
    tries = []

    def renew(_stop: threading.Event) -> bool:
        tries.append(1)
        if isinstance(outcome, Exception):
            raise outcome
        return False

    assert run(Generations(1, readable=2), rounds=2, renew=renew) == [1, 1]
    assert len(tries) == 1


def test_a_process_that_is_stopped_while_it_renews_ends() -> None:
    stop = threading.Event()

    def renew(asked: threading.Event) -> bool:
        asked.set()
        raise Interrupted

    made: Any = Projection(Generations(1, readable=2), lambda n: Group(f"x.{n}"), None, renew)  # type: ignore[arg-type]
    made.run(stop)
    assert stop.is_set()


def test_a_generations_worker_stops_when_the_process_does() -> None:
    outer = threading.Event()
    until = Until(outer)
    assert not until.is_set()
    outer.set()
    assert until.is_set()


def test_indexes_are_made_until_it_succeeds_and_then_no_more() -> None:
    tries: list[int] = []

    def act() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise AutoReconnect("away")

    once = Once(act)
    with pytest.raises(AutoReconnect):
        once()
    once()
    once()
    assert len(tries) == 2
