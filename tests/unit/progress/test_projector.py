"""The stored projection equals the fold of the log, whatever order, repeats and crashes there are.

The views here are a small store that replaces only where the guard matches, as the real one does
(tests/integration/progress/test_store.py runs the same projector on the server).
"""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from services.progress.standing.fold import versions
from services.progress.standing.view import VIEW
from shared.case.facts.fact import Fact
from shared.eventlog import Event
from shared.projection.projector import Projector
from shared.projection.store import Store
from shared.projection.view import fold, restored, stored_form
from tests.support import histories as h
from tests.support.small_views import Come, SmallViews


class Views(SmallViews):
    """The one collection `progress.1`, at hand."""

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        return self["progress.1"].rows


class Log:
    """The streams, and the reading of a piece of one."""

    def __init__(self, streams: dict[str, list[Event]]) -> None:
        self.streams = streams
        self.reads: list[tuple[str, int, int]] = []

    def read(self, stream: str, first: int, last: int) -> Iterable[Event]:
        self.reads.append((stream, first, last))
        return [e for e in self.streams[stream] if first <= e.version <= last]


def streams_of(case_id: str, facts: list[Fact], *, failures: int) -> dict[str, list[Event]]:
    return {
        f"case/{case_id}": h.events(facts),
        f"notice/{case_id}": h.events(h.notices(case_id, failures=failures)),
        f"document/{case_id}-doc": h.events(h.numbered(case_id)),
    }


def projector(views: Views, log: Log, *, remembered: int = 100) -> Projector:
    store = Store(VIEW, views, 1)  # type: ignore[arg-type]
    return Projector(store, log.read, remembered=remembered)


CASES = st.sampled_from(
    [
        h.to_delivery(),
        h.to_delivery(failures=1, returns=1, supplement=True),
        [
            *h.submitted(),
            *h.paid(),
            *h.withdrawn(),
            *h.refunded("withdrawn"),
            *h.closed("withdrawn"),
        ],
        [*h.submitted(), *h.contact_changed("email"), *h.paid(), *h.supplemented()],
        [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(met=False), *h.refused()],
        [*h.submitted(), *h.paid(), *h.not_accepted(), *h.refunded("not-accepted")],
    ]
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[dict[str, dict[str, list[Event]]], list[list[Come]]]:
    """Some cases, and their events in batches: each stream in order, all else as it falls.

    A delivery may start a stream anew (duplicates) or be handed out again by another process.
    """
    cases = {}
    for n in range(draw(st.integers(1, 3))):
        case_id = f"case{n}"
        cases[case_id] = streams_of(case_id, draw(CASES), failures=draw(st.integers(0, 2)))
    queues = {s: list(e) for streams in cases.values() for s, e in streams.items()}
    sent: dict[str, int] = dict.fromkeys(queues, 0)
    coming: list[Come] = []
    while any(sent[s] < len(e) for s, e in queues.items()):
        stream = draw(st.sampled_from([s for s, e in queues.items() if sent[s] < len(e)]))
        back = draw(st.integers(0, 2)) if draw(st.integers(0, 4)) == 0 else 0
        start = max(0, sent[stream] - back)
        length = draw(st.integers(1, 4))
        coming += [Come(stream, e) for e in queues[stream][start : start + length]]
        sent[stream] = max(sent[stream], min(len(queues[stream]), start + length))
    batches, rest = [], coming
    while rest:
        size = draw(st.integers(1, 9))
        batches.append(rest[:size])
        rest = rest[size:]
    return cases, batches


def assert_equals_the_fold(views: Views, cases: dict[str, dict[str, list[Event]]]) -> None:
    for case_id, streams in cases.items():
        expected = fold(VIEW, case_id, streams)
        assert restored(VIEW, views.rows[case_id]) == expected
        assert views.rows[case_id] == stored_form(VIEW, expected)


@given(deliveries(), st.data())
def test_the_projection_equals_the_fold_whatever_the_delivery(
    delivery: tuple[dict[str, dict[str, list[Event]]], list[list[Come]]], data: st.DataObject
) -> None:
    """Any interleaving, repeats, restarts between any two batches, crashes around any write."""
    cases, batches = delivery
    log = Log({s: e for streams in cases.values() for s, e in streams.items()})
    views = Views()
    at_work = projector(views, log)
    for batch in batches:
        fault = data.draw(st.sampled_from(["", "", "restart", "crash before", "answer lost"]))
        if fault == "restart":
            at_work = projector(views, log, remembered=data.draw(st.integers(0, 2)))
        if fault == "crash before":
            views["progress.1"].before_write = [_away]
            with pytest.raises(AutoReconnect):
                _hit(at_work, batch)
            views["progress.1"].before_write = []
        if fault == "answer lost":
            at_work.apply(batch)  # it is in, the answer is not: the batch comes again
        at_work.apply(batch)
    assert_equals_the_fold(views, cases)


def _away() -> None:
    raise AutoReconnect("views are away")


def _hit(at_work: Projector, batch: list[Come]) -> None:
    at_work.apply(batch)
    raise AutoReconnect("nothing was to be written")


@given(deliveries(), st.randoms())
def test_two_projectors_and_a_zombie_between_them_do_no_harm(
    delivery: tuple[dict[str, dict[str, list[Event]]], list[list[Come]]], random: Any
) -> None:
    cases, batches = delivery
    log = Log({s: e for streams in cases.values() for s, e in streams.items()})
    views = Views()
    workers = [projector(views, log), projector(views, log)]
    for n, batch in enumerate(batches):
        random.choice(workers).apply(batch)
        if n and random.random() < 0.3:
            random.choice(workers).apply(batches[random.randrange(n)])  # an old batch, late
    assert_equals_the_fold(views, cases)


def test_a_lost_guard_is_read_again_and_nothing_is_overwritten() -> None:
    streams = streams_of("c", h.to_delivery(), failures=0)
    views, log = Views(), Log(streams)
    mine, other = projector(views, log), projector(views, log)
    case, notice = streams["case/c"], streams["notice/c"]
    mine.apply([Come("case/c", case[0])])
    views["progress.1"].before_write = [lambda: other.apply([Come("notice/c", notice[0])])]
    mine.apply([Come("case/c", case[1])])
    assert views.rows["c"]["versions"] == {"case": 2, "notice": 1, "documents": {}}


def test_a_gap_is_read_from_the_log() -> None:
    streams = streams_of("c", h.to_delivery(), failures=0)
    views, log = Views(), Log(streams)
    projector(views, log).apply([Come("case/c", streams["case/c"][4])])
    assert log.reads == [("case/c", 1, 4)]
    assert views.rows["c"]["versions"]["case"] == 5


def test_a_state_that_other_code_wrote_is_folded_again_from_the_log() -> None:
    streams = streams_of("c", h.to_delivery(), failures=0)
    views, log = Views(), Log(streams)
    everything = [Come(s, e) for s, events in streams.items() for e in events]
    projector(views, log).apply(everything[:-1])
    views.rows["c"]["state"] = b"\x93of another time"
    projector(views, log).apply(everything[-1:])
    expected = fold(VIEW, "c", streams)
    assert restored(VIEW, views.rows["c"]) == expected
    assert views.rows["c"]["versions"] == versions(expected.state)


def test_one_write_a_batch_and_no_read_for_what_was_just_written() -> None:
    streams = streams_of("c", h.to_delivery(), failures=0)
    views, log = Views(), Log(streams)
    at_work = projector(views, log)
    assert at_work.apply([Come("case/c", e) for e in streams["case/c"][:3]]) == 1
    views["progress.1"].find = None  # type: ignore[assignment,method-assign]
    assert at_work.apply([Come("case/c", streams["case/c"][3])]) == 1
    assert at_work.apply([Come("case/c", streams["case/c"][3])]) == 0


def test_streams_that_say_nothing_of_a_case_are_passed_over() -> None:
    views = Views()
    event = Event(version=1, type="vault.SubjectErased", schema=1, data={}, occurred_at="")
    assert projector(views, Log({})).apply([Come("subject/x", event)]) == 0
    assert views.rows == {}


def test_nothing_stored_names_a_person() -> None:
    streams = streams_of("c", h.to_delivery(), failures=0)
    views = Views()
    log = Log(streams)
    projector(views, log).apply([Come(s, e) for s, events in streams.items() for e in events])
    assert set(views.rows["c"]) == {
        "_id",
        "versions",
        "subject",
        "organisation",
        "department",
        "venue",
        "item",
        "number",
        "status",
        "state",
    }
