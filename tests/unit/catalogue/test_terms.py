"""Which limit of an item answers, its fee, its windows: one place, from the definition alone."""

import re
from typing import Any

import pytest

from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.item import ItemText
from shared.catalogue.rules.charges import charge, read_options
from shared.catalogue.rules.day_rules import payday_of, waits_for, window_of
from shared.catalogue.rules.limits_of_item import Question, TermError, ask
from shared.clock import ARTICLE_45, ClockError, parse_day, parse_moment, parse_pause
from tests.support.clock_given import at, calendars
from tests.support.items_given import hotel, limit, text

XINJIANG = calendars().of("xinjiang")
START = at("2026-09-25")


def due(item: ItemText, **more: Any) -> tuple[str | None, str | None]:
    """The limit that answers, and the date."""
    found = ask(item, Question(start=START, **more), XINJIANG)
    ends = found.due.date
    return (found.limit.name if found.limit else None, ends.isoformat() if ends else None)


def codes(item: ItemText, **more: Any) -> list[str]:
    return [step.code for step in ask(item, Question(start=START, **more), XINJIANG).steps]


TWO = text(limits=[limit(n=15), limit("statutory", n=60)])


@pytest.mark.requirement("R-004")
def test_the_earlier_of_promise_and_statute_is_due_and_each_has_its_name() -> None:
    assert due(TWO) == ("promised", "2026-10-22")
    assert due(TWO, limit="promised") == ("promised", "2026-10-22")
    assert due(TWO, limit="statutory") == ("statutory", "2026-12-24")
    worse = text(limits=[limit(n=60), limit("statutory", n=15)])
    assert due(worse) == ("statutory", "2026-10-22")


def test_the_answer_says_what_it_was_compared_with_and_where_it_stands() -> None:
    found = ask(TWO, Question(start=START), XINJIANG)
    assert {name: str(one.date) for name, one in found.compared.items()} == {
        "promised": "2026-10-22",
        "statutory": "2026-12-24",
    }
    assert found.steps[0].data == {"document": "004", "lines": [1, 9], "raw": "15日"}
    assert found.steps[-1].code == "drives"
    assert "2026-12-24" in found.steps[-1].zh
    assert "2026-12-24" in found.steps[-1].en


def test_a_missing_promise_falls_back_to_the_statute_and_says_so() -> None:
    only = text(limits=[limit("statutory", n=15, rank="rule")])
    assert due(only) == ("statutory", "2026-10-22")
    assert due(only, limit="promised") == ("statutory", "2026-10-22")
    assert "fallback" in codes(only, limit="promised")
    assert "fallback" not in codes(only)


def test_no_statute_is_no_date_and_a_reason() -> None:
    only = text(limits=[limit(n=15)])
    found = ask(only, Question(start=START, limit="statutory"), XINJIANG)
    assert found.due.date is None
    assert found.due.reason == "The source prints no statutory limit; it prints: promised."


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ("unknown", "The source prints no promised or statutory limit."),
        ([limit("exam", n=10)], "no promised or statutory limit; it prints: exam."),
        (
            [{"name": "promised", "kind": "none", "rank": "promise", "note": "无固定时限"}],
            "no limit",
        ),
        ([{"name": "promised", "kind": "cyclic", "rank": "promise"}], "yearly cycle"),
    ],
)
def test_without_a_computable_limit_there_is_a_reason_and_the_watch_step_is_not_told(
    limits: Any, reason: str
) -> None:
    item = text(limits=limits)
    found = ask(item, Question(start=START), XINJIANG)
    assert found.due.date is None
    assert reason in found.due.reason
    assert re.search("[一-龥]", found.due.reason_zh)
    assert due(item, limit="watch") == ("watch", "2026-11-25")
    assert "default" in codes(item, limit="watch")


def test_the_acceptance_clock_is_a_default_that_says_so() -> None:
    assert due(TWO, limit="acceptance") == ("acceptance", "2026-10-09")
    assert "default" in codes(TWO, limit="acceptance")
    printed = text(limits=[limit("acceptance", n=1)])
    assert due(printed, limit="acceptance") == ("acceptance", "2026-09-28")
    assert "default" not in codes(printed, limit="acceptance")


def test_the_answer_says_what_the_law_makes_of_silence() -> None:
    licence = hotel().text
    (step,) = [
        step
        for step in ask(licence, Question(start=START, limit="acceptance"), XINJIANG).steps
        if step.code == "deemed"
    ]
    assert step.data["effect"] == "accepted"
    assert "2026-09-25" in step.zh
    contract = text(limits=[limit(n=15, deemed="effective")])
    steps = ask(contract, Question(start=START), XINJIANG).steps
    assert "takes effect at the beginning of 2026-10-23 (Fri)" in " ".join(s.en for s in steps)
    assert "deemed" not in codes(TWO, limit="acceptance")


def test_a_pause_counts_for_the_limit_that_excludes_its_cause() -> None:
    item = hotel().text
    inspected = (parse_pause("2026-09-28/2026-10-13:inspection"),)
    assert due(item) == ("promised", "2026-10-08")
    assert due(item, pauses=inspected, limit="promised") == ("promised", "2026-10-20")
    assert due(item, pauses=inspected, limit="statutory") == due(item, limit="statutory")
    noticed = (parse_pause("2026-09-28/2026-10-13:public_notice"),)
    assert due(item, pauses=noticed, limit="promised") == ("promised", "2026-10-08")
    what_if = (parse_pause("2026-09-28/2026-10-13"),)
    assert due(item, pauses=what_if, limit="statutory") != due(item, limit="statutory")


@pytest.mark.parametrize("cause", sorted(ARTICLE_45))
def test_a_licence_stands_still_for_what_its_law_names_and_nothing_else_does(cause: str) -> None:
    """行政许可法 art. 45 (requirements, corrections): told as the law's, not as the source's."""
    step = (parse_pause(f"2026-09-28/2026-10-13:{cause}"),)
    licence = text(item_type="行政许可", limits=[limit(n=15), limit("statutory", n=20)])
    for name in ("promised", "statutory"):
        assert due(licence, pauses=step, limit=name) != due(licence, limit=name)
        assert "licence-law" in codes(licence, pauses=step, limit=name)
        assert "licence-law" not in codes(licence, limit=name)
    assert due(licence, pauses=step, limit="acceptance") == due(licence, limit="acceptance")
    other = text(item_type="公共服务", limits=[limit(n=15)])
    assert due(other, pauses=step) == due(other)
    assert "licence-law" not in codes(other, pauses=step)


def test_the_law_is_not_cited_where_it_moved_nothing() -> None:
    licence = text(item_type="行政许可", limits=[limit(n=1)])
    later = (parse_pause("2026-10-09/2026-10-13:expert_review"),)
    assert due(licence, pauses=later) == due(licence)
    assert "licence-law" not in codes(licence, pauses=later)


def test_what_the_source_includes_stays_inside_a_licences_limit() -> None:
    inside = text(item_type="行政许可", limits=[limit(n=15, inclusions=["hearing"])])
    step = (parse_pause("2026-09-28/2026-10-13:hearing"),)
    assert due(inside, pauses=step) == due(inside)


def test_the_printed_pause_of_the_hotel_licence_comes_after_the_promise_ended() -> None:
    item = hotel().text
    pauses = (parse_pause("2026-10-09/2026-10-13:inspection"),)
    found = ask(item, Question(start=START, pauses=pauses), XINJIANG)
    assert str(found.due.date) == "2026-10-08"
    (pause,) = [step for step in found.steps if step.code == "pause"]
    assert pause.data["excluded_days"] == []


def test_while_everything_is_paused_there_is_no_date() -> None:
    item = text(limits=[limit(n=15)])
    assert due(item, pauses=(parse_pause("2026-09-28/"),)) == ("promised", None)


def test_an_extension_is_taken_where_it_is_printed_and_refused_elsewhere() -> None:
    item = text(limits=[limit(n=15, extension={"n": 10, "approved_by": "负责人"})])
    assert due(item, extended=True) == ("promised", "2026-11-05")
    for refused in (TWO, text()):
        with pytest.raises(TermError, match=r"no extension|could be extended"):
            due(refused, extended=True)


def test_an_offices_variant_lengthens_the_limit_that_has_it() -> None:
    remote = {"remote": {"n": 15, "maximum": True}}
    item = text(limits=[limit("statutory", n=5, rank="rule", variants=remote), limit("exam")])
    assert due(item) == ("statutory", "2026-10-09")
    assert due(item, variant="remote") == ("statutory", "2026-10-22")
    with pytest.raises(TermError, match="'exam' of 004-900 has no variant 'remote'; statutory"):
        due(item, variant="remote", limit="exam")
    with pytest.raises(TermError, match="no variant 'moon'; it has remote"):
        due(item, variant="moon")
    with pytest.raises(TermError, match="no variant 'remote'; it has none"):
        due(TWO, variant="remote")


def test_a_limit_for_some_applications_stands_in_for_the_general_one() -> None:
    item = text(
        variants=[{"code": "renewal", "name": "延续"}, {"code": "initial", "name": "首次"}],
        limits=[
            limit(n=5),
            limit("promised-renewal", n=15, when={"variant": ["renewal"]}),
            limit("promised-bank", n=1, when={"channel": ["bank"]}),
        ],
    )
    assert due(item) == ("promised", "2026-10-09")
    assert due(item, variant="renewal") == ("promised-renewal", "2026-10-22")
    assert due(item, variant="bank") == ("promised-bank", "2026-09-28")


def test_limits_that_all_depend_on_the_case_ask_for_it() -> None:
    item = text(
        variants=[{"code": "renewal", "name": "延续"}],
        limits=[limit("promised-renewal", n=15, when={"variant": ["renewal"]})],
    )
    found = ask(item, Question(start=START), XINJIANG)
    assert found.due.date is None
    assert "name the variant (renewal)" in found.due.reason


@pytest.mark.requirement("R-094")
def test_an_applicants_own_time_never_drives() -> None:
    own = text(limits=[limit("statutory", n=5, party="applicant"), limit("promised", n=15)])
    assert due(own) == ("promised", "2026-10-22")
    assert due(own, limit="statutory") == (None, None)


def test_an_unknown_limit_is_named_with_those_there_are() -> None:
    with pytest.raises(TermError, match="no limit 'tea'; it has promised, statutory, acceptance"):
        due(TWO, limit="tea")


def test_what_is_served_at_once_waits_for_the_counter_to_open() -> None:
    now = {"name": "promised", "kind": "immediate", "rank": "promise", "raw": "即时办结"}
    now |= {"start_event": "accepted", "end_event": "decided"}
    open_ = text(limits=[now], hours={"sessions": {"all": ["10:00-13:30"]}})
    late = Question(start=at("2026-09-24T18:00"))
    assert str(ask(open_, late, XINJIANG).due.date) == "2026-09-28"
    assert str(ask(text(limits=[now]), late, XINJIANG).due.date) == "2026-09-24"


PLATES = {
    "state": "amount",
    "basis": "新计价费【2005】450号",
    "lines": [
        {"code": "car", "name": "汽车号牌", "amount_fen": 10000, "per": "付", "choice": "kind"},
        {"code": "bike", "name": "摩托车号牌", "amount_fen": 5000, "per": "付", "choice": "kind"},
        {
            "code": "temporary",
            "name": "临时号牌",
            "amount_fen": 500,
            "when": {"situation": ["wants-temporary"]},
        },
    ],
}
WANTS = [{"code": "w", "name": "需要", "choices": [{"code": "wants-temporary", "name": "需要"}]}]


def fee(item: ItemText, *options: str) -> tuple[int | None, list[str], list[str]]:
    """The amount in fen, the lines charged, the codes of what is missing."""
    given = read_options(item, options)
    found = charge(item, given.choices, options=given.lines, counts=given.counts)
    lines = [one.line.code for one in found.lines]
    return found.amount_fen, lines, [need.code for need in found.needs]


@pytest.mark.parametrize(
    "options",
    [("bike=2", "bike=3"), ("bike=" + "9" * 5000,), ("bike=-1",), ("bike=²",), ("bike=",)],
)
def test_an_odd_count_is_one_sentence(options: tuple[str, ...]) -> None:
    with pytest.raises(TermError, match=r"two counts|not how many"):
        fee(text(fee=PLATES, situations=WANTS), *options)


@pytest.mark.requirement("R-131")
def test_a_fee_by_object_names_what_it_needs_and_then_adds_up() -> None:
    item = text(fee=PLATES, situations=WANTS)
    assert fee(item) == (None, [], ["kind"])
    assert fee(item, "car") == (10000, ["car"], [])
    assert fee(item, "bike=2", "wants-temporary") == (10500, ["bike", "temporary"], [])


@pytest.mark.requirement("R-134")
def test_a_first_card_is_free_and_a_replacement_is_not() -> None:
    line = {"code": "card", "name": "卡", "amount_fen": 1500, "when": {"variant": ["replacement"]}}
    item = text(
        fee={"state": "amount", "basis": "b", "lines": [line]},
        variants=[{"code": "first", "name": "首次"}, {"code": "replacement", "name": "补领"}],
    )
    assert fee(item) == (None, [], ["variant"])
    assert fee(item, "first") == (0, [], [])
    assert fee(item, "replacement") == (1500, ["card"], [])


def test_a_required_situation_of_which_one_is_chosen_is_needed_too() -> None:
    line = {"code": "g", "name": "费", "amount_fen": 100, "when": {"situation": ["senior"]}}
    group = {"code": "grade", "name": "级别", "choose": "one", "required": True}
    choices = [{"code": "senior", "name": "高级"}, {"code": "junior", "name": "初级"}]
    item = text(
        fee={"state": "amount", "basis": "b", "lines": [line]},
        situations=[{**group, "choices": choices}],
    )
    assert fee(item) == (None, [], ["grade"])
    assert fee(item, "junior")[0] == 0


@pytest.mark.requirement("R-132")
@pytest.mark.parametrize(
    ("rule", "amount"),
    [
        ({"state": "unknown", "basis": "核定的标准"}, None),
        ({}, None),
        ({"state": "none"}, 0),
        ({**PLATES, "charged": False}, 0),
    ],
)
def test_what_is_not_prescribed_is_not_charged(rule: Any, amount: int | None) -> None:
    found = charge(text(fee=rule, situations=WANTS), Choices())
    assert (found.amount_fen, found.chargeable) == (amount, False)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("boat",), "no option 'boat'; it knows car, bike, temporary"),
        (("car", "bike"), "'car' and 'bike' exclude each other"),
        (("car=0",), "cannot be charged 0 times"),
        (("car=x",), "not how many of a fee line"),
        (("wants-temporary=2",), "not how many of a fee line"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(TermError, match=sentence):
        fee(text(fee=PLATES, situations=WANTS), *options)


def test_an_item_without_a_window_is_always_taken() -> None:
    found = window_of(text(), at("2026-11-21"), XINJIANG)
    assert found.state.open
    assert found.rule is None
    with pytest.raises(ClockError):
        window_of(text(), at("2026-11-21").replace(tzinfo=None), XINJIANG)


def test_a_window_closes_and_opens_again() -> None:
    window = {"kind": "monthly", "days": {"first": 1, "last": 10}, "raw": "每月1日—10日"}
    found = window_of(text(windows=[window]), at("2026-11-21"), XINJIANG)
    assert found.state.open is False
    assert str(found.state.next_opens)[:10] == "2026-12-01"
    assert "2026-12-01" in found.words.en


def test_of_several_windows_the_one_that_is_open_answers() -> None:
    early = {"kind": "monthly", "days": {"first": 1, "last": 10}, "raw": "early"}
    late = {"kind": "monthly", "days": {"first": 15, "last": 25}, "raw": "late"}
    item = text(windows=[early, late])
    for day, raw in (("2026-11-03", "early"), ("2026-11-20", "late"), ("2026-11-28", "early")):
        found = window_of(item, at(day), XINJIANG)
        assert found.rule is not None
        assert found.rule.raw == raw


def test_an_outside_event_opens_its_window_and_no_other() -> None:
    item = text(windows=[{"kind": "event", "needs": ["wage-published"], "raw": "r"}])
    closed = window_of(item, at("2026-07-06"), XINJIANG)
    assert closed.state.open is False
    open_ = window_of(
        item, at("2026-07-06"), XINJIANG, happened={"wage-published": at("2026-07-05")}
    )
    assert open_.state.open
    assert waits_for(item) == ("wage-published",)


@pytest.mark.requirement("R-197")
def test_a_benefit_is_paid_on_the_first_pay_day_after() -> None:
    item = text(paydays=[{"purpose": "benefit", "day": 18, "raw": "每月18日"}])
    paid = payday_of(item, parse_day("2026-11-21"), XINJIANG)
    assert paid is not None
    assert str(paid.date) == "2026-12-18"
    assert payday_of(text(), parse_day("2026-11-21"), XINJIANG) is None
    with pytest.raises(ClockError, match="no attempt 2"):
        payday_of(item, parse_day("2026-11-21"), XINJIANG, attempt=2)


def test_a_time_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ClockError):
        ask(TWO, Question(start=parse_moment("2099-12-30T10:00+08:00")), XINJIANG)


@pytest.mark.parametrize(("variant", "day"), [(None, "2026-10-13"), ("remote", "2026-10-22")])
def test_the_limit_that_a_miss_starts_is_asked_by_its_name(variant: str | None, day: str) -> None:
    """Given the residence permit due on 9 October, when it was missed: 3 days more, remote 10."""
    then = {
        "name": "follow-up",
        "kind": "period",
        "n": 3,
        "unit": "working_days",
        "rank": "rule",
        "start_event": "limit-missed",
        "end_event": "issued",
        "basis": "之后的3个工作日内",
        "variants": {"remote": {"n": 10, "maximum": True}},
    }
    one = text(
        limits=[
            limit("statutory", n=5, rank="rule", follow_up=then, variants={"remote": {"n": 15}})
        ]
    )
    question = Question(start=at("2026-10-09"), limit="follow-up", variant=variant)
    found = ask(one, question, XINJIANG)
    assert (found.limit is not None and found.limit.name, str(found.due.date)) == ("follow-up", day)
    with pytest.raises(TermError, match="it has promised, statutory, acceptance, follow-up"):
        due(one, limit="nothing")
