"""A derivation says everything that made the date, as data and in both languages."""

from datetime import date
from typing import Any

import msgspec
import pytest

from shared.catalogue.definition.words import EVENTS
from shared.clock import (
    ClockError,
    DaysOff,
    Explanation,
    Extension,
    Hours,
    Restart,
    Variant,
    explain,
    parse_pause,
)
from shared.clock.telling.wording import event
from tests.support.clock_given import at, calendars, limit, national


def steps(found: Explanation) -> dict[str, dict[str, Any]]:
    return {step.code: dict(step.data) for step in found.steps}


def test_why_22_october() -> None:
    found = explain(limit(15), at("2026-09-25"), calendars().of("xinjiang"))
    assert found.due.date == date(2026, 10, 22)
    assert found.sentences("zh") == (
        "承诺办结时限：15个工作日（承诺）。",
        "起算：受理，2026-09-25（周五） 10:00，当日不计入。",
        "2026-09-26 至 2026-09-27 为中秋放假（国家），不计入。",
        "2026-10-01 至 2026-10-07 为国庆节放假（国家），不计入。",
        "其间周末3日不计入。",
        "2026-10-10（周六） 为国庆节调休上班日（国家），计入。",
        "计满15个工作日为 2026-10-22（周四）。",
        "到期：2026-10-22（周四） 24:00。",
        "不完整：新疆维吾尔自治区 2026 年的放假通知尚未载入。",
        f"日历版本 {found.calendar_version}，计算规则版本 1。",
    )
    assert found.sentences("en") == (
        "promised limit: 15 working days (promised).",
        "It starts with: acceptance, 2026-09-25 (Fri) at 10:00; this day is not counted.",
        "2026-09-26 to 2026-09-27: days off for Mid-autumn Festival (national), not counted.",
        "2026-10-01 to 2026-10-07: days off for National Day (national), not counted.",
        "3 weekend days not counted.",
        "2026-10-10 (Sat) is a working day shifted for National Day (national), counted.",
        "15 working days end on 2026-10-22 (Thu).",
        "Due: 2026-10-22 (Thu) at 24:00.",
        "Incomplete: the notice of Xinjiang for 2026 is not loaded.",
        f"Calendar {found.calendar_version}, counting rules 1.",
    )


def test_each_pause_tells_its_cause_and_the_days_it_took_out() -> None:
    stops = limit(15, exclusions=frozenset({"inspection"}), inclusions=frozenset({"public_notice"}))
    found = explain(
        stops,
        at("2026-09-25"),
        national(),
        pauses=[
            parse_pause("2026-10-12/2026-10-14:组织现场审查"),
            parse_pause("2026-10-09/2026-10-13:inspection"),
            parse_pause("2026-10-15/2026-10-16:hearing"),
            parse_pause("2026-10-15/2026-10-16:public_notice"),
        ],
    )
    obeyed = [step for step in found.steps if step.code == "pause"]
    ignored = [step for step in found.steps if step.code == "pause-ignored"]
    assert [step.data["excluded_days"] for step in obeyed] == [
        [date(2026, 10, 10), date(2026, 10, 12), date(2026, 10, 13)],
        [date(2026, 10, 14)],  # what both cover is the first one's
    ]
    assert "组织现场审查" in obeyed[0].zh
    assert "on-site inspection" in obeyed[0].en
    assert [step.zh for step in ignored] == [
        "2026-10-15（周四） 至 2026-10-16（周五）（听证）：该时限不因此扣除。",
        "2026-10-15（周四） 至 2026-10-16（周五）（公示）：该时限已包含此项时间。",
    ]
    assert sum(len(step.data["excluded_days"]) for step in obeyed) == len(
        [row for row in found.days if row.role == "paused"]
    )


def test_extension_variant_and_restart_are_told() -> None:
    one = limit(
        5,
        variants={"remote": Variant(n=15, maximum=True, title_zh="偏远受理点")},
        extension=Extension(n=10, approved_by="本行政机关负责人"),
        restartable=True,
    )
    found = explain(
        one,
        at("2026-03-02"),
        national(),
        variant="remote",
        extended=True,
        restarts=[Restart(at("2026-03-09"), "法律规定重新计算")],
    )
    told = steps(found)
    assert told["limit"]["n"] == 5
    assert told["variant"] == {
        "variant": "remote",
        "kind": "period",
        "n": 15,
        "unit": "working_days",
    }
    assert told["extension"]["total"] == 25
    assert told["restart"]["reason"] == "法律规定重新计算"
    assert found.days[0].day == date(2026, 3, 9)
    text = " ".join(found.sentences("zh"))
    for words in ("偏远受理点", "最长", "延长10个工作日", "本行政机关负责人", "重新计算"):
        assert words in text


def test_the_roll_over_says_from_which_day_and_why() -> None:
    found = explain(limit(10, "calendar_days"), at("2026-09-25"), national())
    assert steps(found)["roll-over"] == {
        "from": date(2026, 10, 5),
        "to": date(2026, 10, 8),
        "why": "holiday",
        "paused": False,
    }
    assert "2026-10-05（周一） 为国庆节，顺延至其后第一个工作日 2026-10-08（周四）。" in (
        found.sentences("zh")
    )
    assert [row.role for row in found.days[-3:]] == ["stepped-over", "stepped-over", "end"]


def test_a_calendar_limit_does_not_claim_to_skip_holidays() -> None:
    found = explain(limit(10, "calendar_days"), at("2026-09-20"), national())
    assert not {"holiday", "weekends", "shifted-working-day", "roll-over"} & set(steps(found))


def test_a_province_s_holiday_names_the_province() -> None:
    loaded = calendars().with_notice(
        "xinjiang", DaysOff(year=2026, off={date(2026, 3, 20): "肉孜节"})
    )
    found = explain(limit(3), at("2026-03-18"), loaded.of("xinjiang"))
    assert found.due.date == date(2026, 3, 24)
    assert "2026-03-20（周五） 为肉孜节放假（新疆维吾尔自治区），不计入。" in found.sentences("zh")
    assert found.due.incomplete == ()


def test_provisional_is_told_with_what_is_announced() -> None:
    found = explain(limit(60), at("2026-11-16"), national())
    assert steps(found)["provisional"] == {"announced_until": date(2026, 12, 24)}


def test_an_open_pause_is_told_instead_of_a_date() -> None:
    found = explain(limit(5), at("2026-11-16"), national(), pauses=[parse_pause("2026-11-18/")])
    told = steps(found)
    assert "due" not in told
    assert "paused" in told
    assert found.due.date is None
    assert found.days[-1].day == date(2026, 11, 18)
    open_calendar = explain(
        limit(5, "calendar_days"), at("2026-11-16"), national(), pauses=[parse_pause("2026-11-18/")]
    )
    assert open_calendar.due.date is None
    rolled_into = explain(
        limit(5, "calendar_days"), at("2026-11-16"), national(), pauses=[parse_pause("2026-11-21/")]
    )
    assert rolled_into.due.date is None


def test_no_limit_says_so_with_the_item_s_words() -> None:
    found = explain(limit(kind="none", note="无固定办理时限"), at("2026-11-16"), national())
    assert found.sentences("zh")[1] == "无办理时限，不计算到期日：无固定办理时限。"
    assert found.days == ()


@pytest.mark.parametrize(
    ("kind", "more", "start", "last", "words"),
    [
        ("immediate", {}, "2026-11-20", "2026-11-20", "即时办结"),
        ("immediate", {"automatic": True}, "2026-11-21", "2026-11-21", "即时办结"),
        ("same_day", {}, "2026-11-21", "2026-11-23", "周末"),
        ("next_day", {}, "2026-11-20", "2026-11-23", "当日或隔天办结"),
        ("next_day", {}, "2026-11-18", "2026-11-19", "当日或隔天办结"),
    ],
)
def test_limits_without_a_number_are_explained(
    kind: str, more: dict[str, Any], start: str, last: str, words: str
) -> None:
    found = explain(limit(kind=kind, **more), at(start), national())
    assert found.due.date == found.days[-1].day == date.fromisoformat(last)
    assert words in " ".join(found.sentences("zh"))


def test_after_hours_is_told() -> None:
    counter = Hours(
        sessions={"all": ((at("2026-11-20T10:00").time(), at("2026-11-20T18:30").time()),)}
    )
    found = explain(limit(kind="immediate"), at("2026-11-20T19:00"), national(), hours=counter)
    assert found.due.date == date(2026, 11, 23)
    assert found.days[-1].day == date(2026, 11, 23)
    assert "办公时间已过" in " ".join(found.sentences("zh"))


def test_the_whole_explanation_is_data() -> None:
    found = explain(limit(15, minimum=7, basis="某法第一条"), at("2026-09-25"), national())
    decoded = msgspec.json.decode(msgspec.json.encode(found))
    assert decoded["due"]["date"] == "2026-10-22"
    assert decoded["days"][-1]["number"] == 15
    assert "下限7个工作日" in decoded["steps"][0]["zh"]
    assert "某法第一条" in decoded["steps"][0]["zh"]


def test_the_same_errors_as_due() -> None:
    with pytest.raises(ClockError, match="has no extension"):
        explain(limit(5), at("2026-11-16"), national(), extended=True)


def test_every_event_that_a_limit_counts_from_has_words() -> None:
    """Else the derivation and the notices would have its code."""
    unnamed = [name for name in EVENTS if event(name).zh == name or event(name).en == name]
    assert unnamed == []
    assert {name: event(name).zh for name in ("inspection", "exam", "panel")} == {
        "inspection": "现场审查（检验）完成",
        "exam": "鉴定（考试）结束",
        "panel": "专家评审完成",
    }
