"""The projector on the real server: its guards hold there as they do in the small store."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from services.progress.standing.view import VIEW
from shared.config import Databases
from shared.eventlog import Event
from shared.projection.projector import Projector
from shared.projection.store import Store
from shared.projection.view import fold, restored, stored_form
from tests.support import histories as h

pytestmark = pytest.mark.mongo


@dataclass(frozen=True)
class Come:
    stream: str
    event: Event


def cases(count: int) -> dict[str, dict[str, list[Event]]]:
    """So many delivered cases, with their three streams."""
    return {
        f"case{n}": {
            f"case/case{n}": h.events(h.to_delivery(failures=n % 2, returns=n % 3)),
            f"notice/case{n}": h.events(h.notices(f"case{n}", failures=n % 2)),
            f"document/doc{n}": h.events(h.numbered(f"case{n}")),
        }
        for n in range(count)
    }


def read_from(streams: dict[str, list[Event]], stream: str, first: int, last: int) -> list[Event]:
    return [e for e in streams[stream] if first <= e.version <= last]


@pytest.mark.parametrize("seed", range(3))
def test_racing_projectors_and_repeats_end_in_the_fold(databases: Databases, seed: int) -> None:
    """Three projectors at once, each with all events in batches of its own cut, some twice."""
    made = cases(6)
    streams = {s: events for parts in made.values() for s, events in parts.items()}
    Store(VIEW, databases.views, 1).ensure_indexes()

    def work(number: int) -> None:
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - a reproducible order
        projector = Projector(
            Store(VIEW, databases.views, 1),
            lambda stream, first, last: read_from(streams, stream, first, last),
            remembered=rng.choice([0, 3, 100]),
        )
        queues = {s: list(events) for s, events in streams.items()}
        while queues:
            batch: list[Come] = []
            for stream in rng.sample(sorted(queues), k=min(len(queues), rng.randint(1, 6))):
                size = rng.randint(1, 4)
                batch += [Come(stream, e) for e in queues[stream][:size]]
                queues[stream] = queues[stream][size:]
                if not queues[stream]:
                    del queues[stream]
            for _ in range(rng.choice([1, 1, 2])):
                projector.apply(batch)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    stored = {d["_id"]: d for d in databases.views["progress.1"].find()}
    assert set(stored) == set(made)
    for case_id, parts in made.items():
        expected = fold(VIEW, case_id, parts)
        assert restored(VIEW, stored[case_id]) == expected
        assert {**stored[case_id], "state": b""} == {**stored_form(VIEW, expected), "state": b""}


def test_the_loser_of_a_guard_is_named_and_overwrites_nothing(databases: Databases) -> None:
    (parts,) = cases(1).values()
    store = Store(VIEW, databases.views, 1)
    whole = fold(VIEW, "case0", parts)
    before = fold(VIEW, "case0", {"case/case0": parts["case/case0"][:3]})
    after = fold(VIEW, "case0", {"case/case0": parts["case/case0"][:4]})
    assert store.write([(fold(VIEW, "case0", {}), before)]) == set()
    assert store.write([(before, whole)]) == set()
    assert store.write([(before, after)]) == {"case0"}
    assert store.get("case0") == whole
