"""The projection's process goes from one generation to the next, and stops when it is asked to."""

import threading
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.notify.projection import Once, Projection, Until
from shared.messaging import Group


class Generations:
    """Says which generation is live, now and then that it cannot."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)

    def live(self) -> int:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(generations: Generations, *, rounds: int) -> list[int]:
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

    made: Any = Projection(generations, lambda n: Group(f"progress.{n}"), Worker)  # type: ignore[arg-type]
    made.run(stop)
    return followed


def test_after_a_switch_it_goes_on_with_the_new_generation() -> None:
    assert run(Generations(1, 1, 2), rounds=3) == [1, 1, 2]


def test_while_the_views_are_away_it_waits_and_goes_on() -> None:
    assert run(Generations(AutoReconnect("away"), 1), rounds=1) == [1]


def test_what_is_not_an_outage_ends_the_process() -> None:
    with pytest.raises(RuntimeError):
        run(Generations(RuntimeError("broken")), rounds=1)


def test_a_redrive_from_outside_is_given_the_live_group() -> None:
    made = Projection(Generations(3), lambda n: Group(f"progress.{n}"), None)  # type: ignore[arg-type]
    assert [group.name for group in made.groups] == ["progress.3"]


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
