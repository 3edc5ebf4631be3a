"""A work list says of each open case what its history says, in the order of due dates."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.progress.worklists.line import line
from services.progress.worklists.queries import Worklists
from services.progress.worklists.schemas import LISTS, WorklistQuery, cursor_after
from services.progress.worklists.view import VIEW, Waiting
from shared.case.facts.parts import Missing
from shared.clock.calendar.moments import end_of_day, utc
from shared.eventlog import Event, Loaded
from shared.projection.view import fold, nothing_of, stored_form, take
from tests.support import histories as h
from tests.support.commands import at_intake, intake
from tests.support.given import rules
from tests.support.small_views import Row, SmallCollection, SmallViews
from tests.support.walking import OFFICER, Walk, open_at
from tests.support.worklists_given import (
    DAYS,
    DEPARTMENTS,
    ITEMS,
    OFFICERS,
    STAGES,
    Made,
    asked,
    cases,
)
from tests.unit.progress.test_format import layout

NOW = utc(end_of_day(DAYS[1])) - timedelta(hours=1)
SCOPE = {"department": h.DEPARTMENT}
# The layout of a stored state, by format. A new layout is a new line, never a change of an old one.
LAYOUTS = {
    1: "878caab97a7ed41cb5172c347c3dd79e199b0b8116934b6742b1bc186ae90351",
    2: "cd092b6fe04115271e836b3facc7dfa784096f23119a71e89bf4d80387175b09",
    3: "0d4274b739db14c3f829c34b242c0c1610f0aacbc160fac66a29d9b24c79f1bb",
    4: "1d7af73e6b306dee06665e0886b7bc21cb3e18b0aa7dc0fd5e44996f2d0f1af6",
    5: "6f69b31dcf61dc5640ac593bfd1c7eae8f07b4ad5bb55dcad3882296b00ed5de",
    6: "c6c746c0f6305d8dd378f6596e7301e62dd21f8b63a53e135ddaed1a7e6fa8ee",
    7: "55d4ced27b356d8168e719ecb26b4afd86ab86b7212c3a976b5f8abb7ae1b954",
    8: "5a272eaceee3f5b80522551eef6f159b9d851a22307f2a9e5fbc24af17df0885",
    9: "ca66627867a6dc3a4308185870a777e29a829f230854a97baf9115e3d862d908",
}


class Found(list[Row]):
    """What a query found, as far as it is sorted and cut."""

    def sort(self, key: str, _direction: int) -> "Found":  # type: ignore[override]
        return Found(sorted(self, key=lambda row: row[key]))

    def limit(self, count: int) -> "Found":
        return Found(self[:count])


class SmallList(SmallCollection):
    """A collection that knows equality and the bounds of a list's query."""

    def find(self, query: dict[str, Any], fields: object = None) -> Found:  # type: ignore[override]
        del fields
        return Found(row for row in self.rows.values() if self._fits(row, query))

    def count_documents(self, query: dict[str, Any], *, limit: int) -> int:
        return len(self.find(query).limit(limit))

    def _fits(self, row: Row, query: dict[str, Any]) -> bool:
        for name, wanted in query.items():
            value = row.get(name)
            if not isinstance(wanted, dict):
                if value != wanted:
                    return False
            elif not isinstance(value, str) or not wanted["$gt"] < value < wanted["$lt"]:
                return False
        return True


class Views(SmallViews):
    """The views with one list."""

    def __init__(self, made: Iterable[Made] = ()) -> None:
        super().__init__()
        self.collections["worklists.1"] = SmallList()
        self.add(made)

    def add(self, made: Iterable[Made]) -> None:
        """Bring cases into the view."""
        for one in made:
            row = stored_form(VIEW, fold(VIEW, one.id, one.streams))
            self.collections["worklists.1"].rows[one.id] = row


class NoLog:
    """A log that nobody has to read."""

    def load(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        raise AssertionError((stream, upto_version))


def worklists(views: Views, *, now: datetime = NOW) -> Worklists:
    return Worklists(NoLog(), views, rules(), lambda: now)  # type: ignore[arg-type]


def pages(views: Views, query: dict[str, Any], *, limit: int) -> Iterator[list[dict[str, Any]]]:
    """All pages, one after the other; the views may change in between."""
    after: dict[str, str] = {}
    while True:
        loaded = WorklistQuery().load({**query, "limit": str(limit), **after})
        lines, following = worklists(views).page(SCOPE, loaded, me=OFFICERS[0])
        yield lines
        if following is None:
            return
        after = {"after": following}


def in_list(one: Made, name: str) -> bool:
    """Whether a case stands in a list of the first officer, by what is known of its making."""
    late = one.due is not None and end_of_day(one.due) < NOW
    return {
        "mine": one.officer == OFFICERS[0],
        "office": True,
        "unassigned": one.reviewing and one.officer is None,
        "due-today": one.due == DAYS[1],
        "late": late,
        "applicant": one.waits == "applicant",
        "approval": one.waits == "approval",
        "production": one.desk == "production",
        "hand-over": one.desk == "hand-over",
        "on-the-way": one.status == "dispatched",
    }[name]


def expected(made: Iterable[Made], query: dict[str, Any]) -> list[str]:
    """The ids that a list must show, by looking at every case."""
    until = query.get("due_until")
    if until is not None:
        day = datetime.fromisoformat(until)
        until = day if "T" in until else end_of_day(day.date())
    found = []
    for one in sorted(made, key=lambda one: one.order):
        due_at = end_of_day(one.due) if one.due else None
        late = due_at is not None and due_at < NOW
        fits = (
            one.open,
            one.department == h.DEPARTMENT,
            until is None or (due_at is not None and due_at <= until),
            "late" not in query or late == (query["late"] == "true"),
            query.get("item", one.item) == one.item,
            query.get("status", one.status) == one.status,
            query.get("officer", one.officer or "none") == (one.officer or "none"),
            in_list(one, query.get("list", "office")),
        )
        if all(fits):
            found.append(one.id)
    return found


@given(cases(), asked(), st.integers(1, 5))
@settings(max_examples=60)
def test_a_list_is_what_looking_at_every_case_finds_page_by_page(
    made: list[Made], query: dict[str, Any], limit: int
) -> None:
    got = list(pages(Views(made), query, limit=limit))
    assert [one["case"] for lines in got for one in lines] == expected(made, query)
    assert all(len(lines) == limit for lines in got[:-1])
    assert len(got) == 1 or got[-1], "a page that is announced has something"


ALL = [
    Made(id=f"c{n:03}", stage=stage, department=department, item=item, day=day, assigned=officer)
    for n, (stage, department, item, day, officer) in enumerate(
        product(STAGES, DEPARTMENTS, ITEMS, DAYS, OFFICERS)
    )
]


@pytest.mark.parametrize(
    "query",
    [
        {"due_until": DAYS[1].isoformat()},
        {"due_until": "2026-12-14T15:59:59.999999Z"},
        {"due_until": "2026-12-14T23:59:59.999998+08:00"},
        {"due_until": "2027-01-01T00:00:00Z", "late": "false"},
        {"late": "true"},
        {"late": "false"},
        {"officer": "none"},
        {"officer": OFFICERS[1]},
        {"item": ITEMS[1]},
        {"status": "numbered"},
        *({"list": name} for name in LISTS),
        {"list": "late", "officer": OFFICERS[1], "item": ITEMS[0]},
        {"list": "approval", "late": "false"},
        {"list": "on-the-way", "status": "dispatched"},
        {"list": "due-today", "due_until": "2027-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_each_filter_over_all_there_can_be(query: dict[str, Any]) -> None:
    found = [one["case"] for lines in pages(Views(ALL), query, limit=50) for one in lines]
    assert found == expected(ALL, query)
    assert found


def test_the_counts_are_the_lengths_of_the_lists_and_of_one_item_where_it_is_asked_for() -> None:
    for item in ({}, {"item": ITEMS[1]}):
        loaded = WorklistQuery().load({**item, "list": "mine", "late": "true"})
        found = worklists(Views(ALL)).counts(SCOPE, loaded, me=OFFICERS[0])
        assert found == {
            name.replace("-", "_"): len(expected(ALL, {**item, "list": name})) for name in LISTS
        }
        assert all(found.values())


def test_what_is_on_its_way_has_no_other_status() -> None:
    query = WorklistQuery().load({"list": "on-the-way", "status": "ready"})
    assert worklists(Views(ALL)).page(SCOPE, query) == ([], None)


def test_without_a_staff_id_nothing_is_mine() -> None:
    lines, _ = worklists(Views(ALL)).page(SCOPE, WorklistQuery().load({"list": "mine"}))
    assert lines == []


def test_the_statistics_are_what_counting_every_case_finds() -> None:
    found = worklists(Views(ALL)).statistics(SCOPE)
    ours = [one for one in ALL if one.open and one.department == h.DEPARTMENT]

    def counted(some: list[Made]) -> dict[str, int]:
        return {
            "open": len(some),
            **{
                name.replace("-", "_"): sum(in_list(one, name) for one in some)
                for name in ("due-today", "late", "applicant", "approval")
            },
        }

    assert found["total"] == counted(ours)
    assert found["by_item"][0] == {
        "item": ITEMS[0],
        "item_zh": "居民身份证的丢失补领业务",
        "item_en": "Reissue of a lost resident identity card",
        **counted([one for one in ours if one.item == ITEMS[0]]),
    }
    assert found["by_officer"] == [
        {"officer": officer, **counted([one for one in ours if one.officer == officer])}
        for officer in (*OFFICERS, None)
    ]
    assert found["more"] is False


def test_more_rows_than_are_counted_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.progress.worklists.statistics.MOST", 3)
    found = worklists(Views(ALL)).statistics(SCOPE)
    assert (found["total"]["open"], found["more"]) == (3, True)


@given(cases(), cases(prefix="n"), st.integers(1, 3))
@settings(max_examples=60)
def test_cases_that_come_in_meanwhile_neither_repeat_nor_hide_a_line(
    made: list[Made], coming: list[Made], limit: int
) -> None:
    views, seen = Views(made), []
    for lines in pages(views, {}, limit=limit):
        seen += [one["case"] for one in lines]
        views.add([coming.pop()] if coming else [])
    assert len(seen) == len(set(seen))
    assert [case for case in seen if not case.startswith("n")] == expected(made, {})


@pytest.mark.parametrize("stage", STAGES)
def test_a_line_tells_where_each_stage_stands(stage: str) -> None:
    made = Made(id="c1", stage=stage)
    (*_, shown) = pages(Views([made]), {}, limit=5)
    if not made.open:
        assert shown == []
        return
    (one,) = shown
    assert (one["status"], one["officer"]) == (made.status, made.officer)
    assert (one["due"] and one["due"]["due"]) == (made.due and made.due.isoformat())
    assert one["late"] == (made.due is not None)
    assert one["next"] is not None, "an open case always owes something"


def test_a_line_has_names_times_and_the_next_step_and_nothing_personal() -> None:
    made = Made(id="c1", stage="assigned")
    held = fold(VIEW, made.id, made.streams)
    assert line(held.state, rules(), NOW) == {
        "case": "c1",
        "number": None,
        "version": 6,
        "item": "000-01",
        "item_zh": "居民身份证的丢失补领业务",
        "item_en": "Reissue of a lost resident identity card",
        "status": "under-review",
        "due": {
            "limit": "promised",
            "due": "2026-12-11",
            "provisional": False,
            "incomplete": [],
            "why_zh": "承诺期限：15个工作日",
            "why_en": "Promised limit: 15 working days",
        },
        "late": True,
        "next": {"service": "review", "step": "proposal", "due_at": "2026-11-23T01:06:00Z"},
        "officer": "officer-1",
        "officer_since": "2026-11-20T01:06:00Z",
        "stage": {"code": "decision", "zh": "决定", "en": "Decision"},
        "waits": None,
        "proposal": None,
        "supplement": None,
        "work": None,
        "paper": None,
        "office": None,
        "submitted_at": "2026-11-20T01:01:00Z",
    }
    row = stored_form(VIEW, held)
    assert set(row) == {
        *("_id", "versions", "open", "department", "item", "status", "officer", "place", "state"),
        *("reviewing", "waits", "venue", "desk"),
    }


def test_a_line_that_waits_for_papers_says_what_was_asked_and_until_when() -> None:
    item = rules().catalogue.item("000-09")
    walk = Walk(item, rules(), open_at(item, rules(), NOW))
    walk.submit()
    walk.until("deemed-acceptance")
    assert line(Waiting(case=walk.case), rules(), NOW)["supplement"] is None
    asked = intake.RequestSupplement(missing=(Missing(code="plan", name="平面图"),), **OFFICER)
    walk.do(at_intake, asked)
    told = line(Waiting(case=walk.case), rules(), NOW)
    assert (told["status"], told["waits"]) == ("awaiting-supplement", "applicant")
    until = walk.case.supplement.fact.due_at  # type: ignore[union-attr]
    assert told["supplement"] == {
        "asked": [{"zh": "平面图", "en": "平面图"}],
        "until": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def test_what_is_to_be_made_or_handed_over_is_named_with_the_number_of_the_document() -> None:
    for stage, step, desk in (
        ("ordered", "production", "production"),
        ("produced", "dispatch", "production"),
        ("ready", "handover", "hand-over"),
    ):
        ((one,), *_) = pages(Views([Made(id="c1", stage=stage)]), {"list": desk}, limit=5)
        assert (one["work"]["step"], one["work"]["desk"]) == (step, desk)
        assert one["paper"] == "identity-card/7"
    ((one,), *_) = pages(Views([Made(id="c1", stage="on-its-way")]), {}, limit=5)
    assert one["work"] is None, "a carrier has it"


def test_a_case_is_late_from_the_moment_after_its_last_day() -> None:
    made = Made(id="c1", stage="accepted")
    end = utc(end_of_day(made.day))
    for now, late in ((end, False), (end + timedelta(microseconds=1), True)):
        at = worklists(Views([made]), now=now)
        for word, wanted in (("true", late), ("false", not late)):
            lines, _ = at.page(SCOPE, WorklistQuery().load({"late": word}))
            assert [one["late"] for one in lines] == ([late] if wanted else [])


def test_a_case_leaves_the_list_when_it_closes_and_keeps_no_field_of_it() -> None:
    made = Made(id="c1", stage="closed")
    views = Views([Made(id="c1", stage="produced")])
    assert [len(lines) for lines in pages(views, {}, limit=1)] == [1]
    views.add([made])
    assert [len(lines) for lines in pages(views, {}, limit=1)] == [0]
    row = views.collections["worklists.1"].rows["c1"]
    assert set(row) == {"_id", "versions", "open", "state"}


@given(cases(), st.randoms())
@settings(max_examples=30)
def test_the_order_in_which_streams_arrive_does_not_matter(made: list[Made], random: Any) -> None:
    for one in made:
        held, rest = nothing_of(VIEW, one.id), {s: list(e) for s, e in one.streams.items()}
        while rest:
            stream = random.choice(sorted(rest))
            held = take(VIEW, held, stream, rest[stream].pop(0))
            rest = {s: e for s, e in rest.items() if e}
        assert held.state == fold(VIEW, one.id, one.streams).state


def test_a_document_that_other_code_wrote_is_folded_from_the_log() -> None:
    made = Made(id="c1", stage="numbered")
    views = Views([made])
    views.collections["worklists.1"].rows["c1"]["state"] = b"\x93of another time"

    @dataclass(frozen=True)
    class Read:
        events: list[Event]

    class Log:
        def load(self, stream: str, *, upto_version: int | None = None) -> Read:
            return Read(made.streams[stream][:upto_version])

    at = Worklists(Log(), views, rules(), lambda: NOW)  # type: ignore[arg-type]
    (one,), _ = at.page(SCOPE, WorklistQuery().load({}))
    assert one["status"] == "numbered"


def test_a_stream_of_notices_is_passed_over() -> None:
    assert VIEW.place_of("notice/c1", {}) is None
    assert VIEW.place_of("document/d1", {"case": "c1"}) == "c1"
    with pytest.raises(KeyError):
        VIEW.place_of("document/d1", {})


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"after": cursor_after("no place")},
        {"after": cursor_after("~/c1") + "A"},
        {"after": cursor_after("~/c1/")},
        {"due_until": "tomorrow"},
        {"due_until": "2026-12-11T10:00:00"},
        {"due_until": "2026-02-30"},
        {"late": "yes"},
        {"status": "lost"},
        {"item": "{$gt}"},
        {"officer": ""},
        {"limit": "201"},
        {"list": "yours"},
        {"list": "mine", "officer": OFFICERS[0]},
        {"list": "unassigned", "officer": "none"},
        {"department": DEPARTMENTS[1]},
        {"offset": "1"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        WorklistQuery().load(query)


def test_years_of_any_length_sort_like_the_days() -> None:
    loaded = WorklistQuery().load({"due_until": "0999-12-31"})
    assert worklists(Views([Made(id="c1", stage="accepted")])).page(SCOPE, loaded) == ([], None)
    assert loaded["due_until"].astimezone(UTC).year == 999


def test_the_layout_of_the_stored_state_is_the_one_of_the_views_format() -> None:
    schema = json.dumps(layout(msgspec.json.schema(Waiting)), sort_keys=True)
    assert hashlib.sha256(schema.encode()).hexdigest() == LAYOUTS[VIEW.format], (
        "Waiting or a state within it is stored in another layout now: raise WorklistsView.format "
        "and add the new layout here"
    )
