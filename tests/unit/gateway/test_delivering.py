"""Messages are told in the order of the books, again until they are answered, and outlive us."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.gateway.books import Entry, GatewayBooks
from deploy.embedded.gateway.delivering import Delivering, Went
from deploy.embedded.gateway.ways import Callback


@pytest.fixture
def books(tmp_path: Path) -> Iterator[GatewayBooks]:
    found = GatewayBooks(tmp_path / "outbox" / "gateway.sqlite")
    yield found
    found.close()


def message(name: str, *, case: str = "c1", held: bool = False) -> Callback:
    return Callback(message=name, body={"kind": "payment", "case": case}, held=held)


class Answers:
    """Intake as it answers: these statuses one after another; what it was told."""

    def __init__(self, *statuses: int | None) -> None:
        self._statuses = list(statuses)
        self.told: list[str] = []

    def __call__(self, entry: Entry) -> int | None:
        self.told.append(entry.message)
        return self._statuses.pop(0)


def test_a_message_is_repeated_until_it_is_answered_and_the_next_one_waits(
    books: GatewayBooks,
) -> None:
    books.add([message("m1"), message("m2")])
    intake = Answers(None, None, 200, 409)
    delivering = Delivering(books, intake)
    went = [delivering.step() for _ in range(5)]
    assert went == [Went.AGAIN, Went.AGAIN, Went.TOLD, Went.TOLD, Went.IDLE]
    assert intake.told == ["m1", "m1", "m1", "m2"]
    assert [(one.tries, one.status) for one in books.latest()] == [(1, 409), (3, 200)]


def test_a_held_message_is_passed_by_until_it_is_let_go(books: GatewayBooks) -> None:
    held, _ = books.add([message("late", held=True), message("m1")])
    intake = Answers(200, 200)
    delivering = Delivering(books, intake)
    assert [delivering.step(), delivering.step()] == [Went.TOLD, Went.IDLE]
    assert delivering.wait([held], most_s=0)
    books.let_go(held)
    assert not delivering.wait([held], most_s=0)
    assert delivering.step() is Went.TOLD
    assert intake.told == ["m1", "late"]
    assert delivering.wait([held], most_s=0)


def test_what_was_not_told_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "gateway.sqlite"
    first = GatewayBooks(path)
    first.add([message("m1")])
    assert Delivering(first, Answers(None)).step() is Went.AGAIN
    first.close()
    again = GatewayBooks(path)
    intake = Answers(200)
    assert Delivering(again, intake).step() is Went.TOLD
    assert intake.told == ["m1"]
    again.close()


def test_the_thread_tells_what_is_added_and_who_waits_is_woken(books: GatewayBooks) -> None:
    delivering = Delivering(books, Answers(None, 200))
    delivering.start()
    places = books.add([message("m1")])
    delivering.wake()
    assert delivering.wait(places, most_s=30)
    assert [one.status for one in books.latest()] == [200]
    delivering.stop()


def test_what_is_done_once_adds_its_messages_once(books: GatewayBooks) -> None:
    assert len(books.add_once("refund:r1", [message("m1"), message("m2")])) == 2
    assert books.add_once("refund:r1", [message("m3")]) == []
    assert books.done() == {"refund:r1"}
    assert [one.message for one in books.latest()] == ["m2", "m1"]


def test_messages_that_cannot_all_be_kept_are_not_kept_at_all(books: GatewayBooks) -> None:
    with pytest.raises(KeyError):
        books.add_once("refund:r1", [message("m1"), Callback(message="m2", body={})])
    assert books.latest() == []
    assert books.done() == set()


def test_the_latest_of_one_case_are_shown_alone(books: GatewayBooks) -> None:
    books.add([message("m1"), message("m2", case="c2")])
    assert [one.message for one in books.latest("c2")] == ["m2"]
