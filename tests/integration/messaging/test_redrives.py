"""Requests to redrive: the operator writes them, the worker of the group carries each out once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest

from deploy.cli.records.redrive import PATIENCE_S, parked_rows, process_of, redrive_parked
from deploy.topology import PROCESSES, view_of
from shared.config import Databases
from shared.config.wall_clock import utc_now
from shared.messaging import Group, Parking, Received
from shared.messaging.consumer.received import decode
from shared.messaging.stores.redrives import ENDED, TAKEN, RedriveRequests
from shared.messaging.worker.redriving import SLICE_S, Redriving
from shared.projection.generations import Generations
from tests.support.messaging_fakes import Clock, value_of

pytestmark = pytest.mark.mongo
G, A, B = "issuance", "case/a", "case/b"


class History:
    """Each stream has three events."""

    def events(self, stream: str, *, lane: int, first: int) -> Sequence[Received]:
        return [
            decode(value_of(stream, n), lane=lane, position=n, index=1, count=1)
            for n in range(first, 4)
        ]


class Killed(BaseException):
    """The process is gone."""


class Office:
    """A work database with parked streams, and workers that tick while the operator waits."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.parking = Parking(databases.work)
        self.requests = RedriveRequests(databases.work)
        self.requests.ensure_indexes()
        self.clock = Clock()
        self.handled: list[str] = []
        self.fault: BaseException | None = None

    def park(self, *streams: str, group: str = G) -> None:
        for stream in streams:
            self.parking.park(group, stream, 2, lane=0, reason="a fault")

    def worker(self, *groups: str, holder: str = "host-1") -> Redriving:
        made = [Group(one, handlers={"intake.CaseSubmitted": [self.handle]}) for one in groups]
        return Redriving(
            made,
            requests=self.requests,
            parking=self.parking,
            history=History(),
            holder=holder,
            clock=self.clock,
        )

    def handle(self, received: Received) -> None:
        self.handled.append(received.event_id)
        if self.fault is not None:
            raise self.fault

    def redrive(
        self, *, during: Callable[[], None] = lambda: None, group: str = "", stream: str = ""
    ) -> dict[str, Any]:
        def pause(seconds: float) -> None:
            self.clock.pass_(seconds)
            during()

        return redrive_parked(
            self.databases, group=group, stream=stream, clock=self.clock, pause=pause
        )


@pytest.fixture
def office(databases: Databases) -> Office:
    return Office(databases)


def told(found: dict[str, Any]) -> list[tuple[str, int, bool]]:
    return sorted((one["stream"], one["handled"], one["done"]) for one in found["redriven"])


def test_what_is_asked_for_the_worker_does_from_the_version_that_was_parked(office: Office) -> None:
    office.park(A, B)
    found = office.redrive(during=office.worker(G).tick)
    assert (found["ok"], found["parked"]) == (True, [])
    assert told(found) == [(A, 2, True), (B, 2, True)]
    assert sorted(office.handled) == ["case/a/2", "case/a/3", "case/b/2", "case/b/3"]


def test_only_the_group_and_the_stream_that_were_named_are_asked_for(office: Office) -> None:
    office.park(A, B)
    office.park(A, group="review")
    worker = office.worker(G, "review")
    assert told(office.redrive(during=worker.tick, stream=A, group=G)) == [(A, 2, True)]
    assert [(one.group, one.stream) for one in office.parking.all()] == [(G, B), ("review", A)]


def test_a_handler_that_still_fails_is_told_without_its_words(office: Office) -> None:
    office.park(A)
    office.fault = ValueError("a name that must not show")
    found = office.redrive(during=office.worker(G).tick)
    assert (found["ok"], told(found)) == (False, [(A, 0, False)])
    assert found["redriven"][0]["problem"].startswith("version 2: ValueError at test_redrives.py:")
    assert [row["stream"] for row in found["parked"]] == [A]
    (row,) = parked_rows(office.databases, group="")
    assert row["redrive"] == found["redriven"][0]["problem"]


def test_without_its_worker_a_request_stays_and_names_the_process(office: Office) -> None:
    office.park(A)
    found = office.redrive(during=office.worker("review", "issuance.timers").tick)
    assert (found["ok"], told(found)) == (False, [(A, 0, False)])
    assert "is issuance-worker running? The request stays" in found["redriven"][0]["problem"]
    assert [row["redrive"] for row in parked_rows(office.databases, group=G)] == ["asked"]
    assert office.clock() >= PATIENCE_S
    office.worker(G).tick()  # it runs again
    assert office.parking.all() == []


def test_an_event_that_kills_the_worker_kills_it_once_for_each_request(office: Office) -> None:
    office.park(A)
    office.fault = Killed()
    worker = office.worker(G)

    def lives_and_dies() -> None:
        with suppress(Killed):
            worker.tick()

    found = office.redrive(during=lives_and_dies)
    assert office.handled == ["case/a/2"]
    assert "host-1 took it up and has not ended within" in found["redriven"][0]["problem"]
    taken = office.requests.get(G, A)
    assert taken is not None
    assert taken.state == TAKEN
    office.fault = None
    assert office.redrive(during=worker.tick)["ok"] is True


def test_one_of_two_workers_takes_a_request(office: Office) -> None:
    office.requests.ask(G, A)
    assert office.requests.take([G, "other"], "host-1") is not None
    assert office.requests.take([G], "host-2") is None


def test_an_old_outcome_does_not_end_a_newer_request(office: Office) -> None:
    office.requests.ask(G, A)
    first = office.requests.take([G], "host-1")
    assert first is not None
    office.requests.ask(G, A)
    office.requests.end(first, handled=1, problem=None)
    second = office.requests.take([G], "host-1")
    assert second is not None
    office.requests.end(second, handled=2, problem="why")
    ended = office.requests.get(G, A)
    assert ended is not None
    assert (ended.state, ended.handled, ended.problem) == (ENDED, 2, "why")


def test_who_asked_first_is_told_that_somebody_asked_again(office: Office) -> None:
    office.park(A)
    found = office.redrive(during=lambda: office.requests.ask(G, A) and None)
    assert found["redriven"][0]["problem"] == "it was asked for again meanwhile"


def test_a_slow_handler_holds_the_timers_up_for_one_stream_at_a_time(office: Office) -> None:
    office.park(A, B)
    for stream in (A, B):
        office.requests.ask(G, stream)
    slow = Group(G, handlers={"intake.CaseSubmitted": [lambda _: office.clock.pass_(SLICE_S)]})
    worker = Redriving(
        [slow],
        requests=office.requests,
        parking=office.parking,
        history=History(),
        holder="host-1",
        clock=office.clock,
    )
    worker.tick()
    assert len(office.parking.all()) == 1
    worker.tick()
    assert office.parking.all() == []


def test_what_is_parked_for_a_generation_that_was_replaced_is_parked_for_nobody(
    office: Office,
) -> None:
    generations = Generations(view_of("progress"), office.databases.views)
    assert generations.switch(1, generations.begin(utc_now()), utc_now())
    for group in ("progress.1", "progress.2", "worklists.1"):
        office.park(A, group=group)
    found = office.redrive(during=office.worker("progress.2").tick)
    assert told(found) == [(A, 0, False), (A, 0, True), (A, 2, True)]
    assert [row["group"] for row in found["parked"]] == ["worklists.1"]


def test_every_group_of_the_topology_has_its_process_named() -> None:
    for one in PROCESSES:
        for group in one.groups:
            assert one.name in process_of(group.replace("<n>", "12")).split(" or ")
    assert process_of("review") == "review-worker"
    assert process_of("nobody") == ""
