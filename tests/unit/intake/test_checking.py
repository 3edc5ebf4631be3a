"""Everything that is wrong with an application is named at once, and nothing that is right."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
import pytest

from services.intake.application import application as application_module
from services.intake.application.application import Application, SubmitCase, submission_of
from services.intake.application.checking import advice, begun_faults, faults, missing, outcomes
from services.intake.application.faults import Fault
from services.intake.application.submission import submit
from services.intake.materials import PortraitNotAsWanted, must_be_asked_for
from shared.case import Case, Rules
from shared.case.facts.parts import Material
from shared.case.intake.fee import FeeAssessed
from shared.catalogue import Item
from shared.clock import Announced, Calendars, DaysOff
from shared.files import Measures
from tests.support.clock_given import at, calendars
from tests.support.items_given import catalogue, item
from tests.support.made_up import represented
from tests.unit.catalogue.test_terms import PLATES, WANTS

NOW = at("2026-11-21")


def labour(**more: Any) -> Item:
    """An item with everything that can be asked: variants, situations, facts, materials."""
    fields: dict[str, Any] = {
        "channels": ["counter"],
        "delivery": [{"kind": "pickup"}, {"kind": "post"}],
        "variants": [{"code": "initial", "name": "首次"}, {"code": "closure", "name": "注销"}],
        "situations": [
            {
                "code": "company",
                "name": "公司法人",
                "choose": "one",
                "required": True,
                "when": {"variant": ["initial"]},
                "choices": [
                    {"code": "planned", "name": "计划设立"},
                    {"code": "established", "name": "已设立"},
                ],
            }
        ],
        "facts": [
            {
                "code": "floor-area",
                "name": "面积",
                "type": "integer",
                "when": {"variant": ["initial"]},
            },
            {"code": "own-premises", "name": "自有", "type": "boolean", "required": False},
        ],
        "checks": [
            {"code": "area-60", "text": "面积不低于60平方米", "fact": "floor-area", "least": 60},
            {
                "code": "own",
                "text": "自有办公场所",
                "fact": "own-premises",
                "equals": True,
                "effect": "inform",
            },
        ],
        "materials": [
            {"code": "form", "name": "申请书"},
            {"code": "name-approval", "name": "核准通知书", "when": {"situation": ["planned"]}},
            {"code": "agent-letter", "name": "委托书", "when": {"representative": ["agent"]}},
        ],
        "representation": [{"kind": "agent", "proof": ["agent-letter"]}],
    }
    return item(**{**fields, **more})


def application(**more: Any) -> SubmitCase:
    """A conforming first application at the counter."""
    fields: dict[str, Any] = {
        "item": "004-900",
        "channel": "counter",
        "delivery": "pickup",
        "contact": ("phone",),
        "materials": (material("form"), material("name-approval")),
        "sealed": ("name",),
        "declared": True,
        "subject": "s",
        "portal": "",
        "variant": "initial",
        "situations": ("planned",),
        "answers": {"floor-area": 60},
    }
    if "representation" in more:
        fields["parties"] = represented(more["representation"])
    return SubmitCase(**{**fields, **more})


def material(code: str, media_type: str = "image/png") -> Material:
    return Material(code=code, blob="b", sha256="", media_type=media_type, size=1)


def found(one: Item, cmd: SubmitCase, now: datetime = NOW) -> tuple[Fault, ...]:
    return faults(Application(one, cmd), Rules(catalogue([one]), calendars()), now)


def told(one: Item, cmd: SubmitCase, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in found(one, cmd, now)]


def advised(one: Item, cmd: SubmitCase) -> list[str]:
    rules = Rules(catalogue([one]), calendars())
    return [fault.code for fault in advice(Application(one, cmd), rules, NOW)]


def test_a_conforming_application_has_no_fault() -> None:
    assert told(labour(), application()) == []
    assert missing(Application(labour(), application())) == ()
    closure = application(variant="closure", situations=(), answers={}, materials=())
    assert told(labour(), closure) == []


@pytest.mark.requirement("R-040")
def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = application(
        channel="online",
        delivery="electronic",
        contact=(),
        declared=False,
        situations=("planned", "established", "tea"),
        representation="heir",
        materials=(material("cake"),),
        answers={"floor-area": "big", "age": 5},
        options=("boat",),
    )
    closed = {"kind": "monthly", "days": {"first": 1, "last": 10}, "raw": "r"}
    assert told(labour(windows=[closed]), wrong) == [
        ("channel-not-offered", "/channel"),
        ("delivery-not-offered", "/delivery"),
        ("declaration-missing", "/declared"),
        ("contact-missing", "/applicant"),
        ("situation-unknown", "/situations/2"),
        ("situation-conflict", "/situations"),
        ("representation-unknown", "/representation"),
        ("material-unknown", "/materials"),
        ("fact-unknown", "/facts/age"),
        ("fact-invalid", "/facts/floor-area"),
        ("window-closed", "/item"),
        ("option-unknown", "/options"),
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"variant": ""}, ("variant-missing", "/variant")),
        ({"variant": "tea"}, ("variant-unknown", "/variant")),
        ({"situations": ()}, ("situation-missing", "/situations")),
        ({"answers": {}}, ("fact-missing", "/facts/floor-area")),
        ({"answers": {"floor-area": True}}, ("fact-invalid", "/facts/floor-area")),
        ({"answers": {"floor-area": 59}}, ("condition-not-met", "/facts/floor-area")),
        ({"delivery": "post"}, ("contact-missing", "/delivery_address")),
    ],
)
def test_each_thing_that_is_wrong_alone(change: Any, fault: tuple[str, str]) -> None:
    # without a variant the questions that depend on it are not asked, and their answers are strange
    assert fault in told(labour(), application(**change))
    if "variant" not in change:
        assert told(labour(), application(**change)) == [fault]


def test_a_photograph_is_a_picture_and_a_document_may_be_a_pdf() -> None:
    papers = [{"code": "form", "name": "申请书"}, {"code": "own", "name": "照片", "kind": "photo"}]
    given = (material("form", "application/pdf"), material("own", "application/pdf"))
    one = labour(materials=papers, representation=[])
    assert told(one, application(materials=given)) == [("picture-wanted", "/materials")]
    (fault,) = found(one, application(materials=given))
    assert fault.fields["materials"] == ["own"]
    right = (given[0], material("own"))
    assert told(one, application(materials=right)) == []


def test_what_is_not_asked_in_a_variant_may_not_be_collected() -> None:
    assert told(labour(), application(variant="closure", materials=())) == [
        ("situation-unknown", "/situations/0"),
        ("fact-unknown", "/facts/floor-area"),
    ]


def test_a_missing_material_keeps_nobody_out() -> None:
    bare = application(materials=(), representation="agent")
    assert told(labour(), bare) == []
    assert [fault.fields["material"] for fault in missing(Application(labour(), bare))] == [
        "form",
        "name-approval",
        "agent-letter",
    ]


@pytest.mark.requirement("R-059")
def test_of_the_proofs_of_an_agent_one_alternative_is_enough_and_others_are_not_asked_for() -> None:
    agent = {"representative": ["agent"]}
    either = {"one_of": "agent-document", "when": agent}
    rule = labour(
        materials=[
            {"code": "agent-card", "name": "代办人身份证", **either},
            {"code": "agent-passport", "name": "代办人护照", **either},
            {"code": "letter", "name": "委托书", "when": {**agent, "variant": ["closure"]}},
        ],
        representation=[{"kind": "agent", "proof": ["agent-card", "agent-passport", "letter"]}],
    )
    one = application(representation="agent", materials=(material("agent-passport"),))
    assert missing(Application(rule, one)) == ()
    none = application(representation="agent", materials=())
    asked = [fault.fields["material"] for fault in missing(Application(rule, none))]
    assert asked == ["agent-card", "agent-passport"]


def test_silence_of_the_source_takes_nobodys_right_to_be_represented() -> None:
    assert told(labour(representation="unknown"), application(representation="heir")) == []
    assert told(labour(representation="none"), application(representation="heir")) != []


@pytest.mark.requirement("R-026")
def test_a_condition_that_informs_keeps_nobody_out() -> None:
    rented = application(answers={"floor-area": 60, "own-premises": False})
    assert told(labour(), rented) == []
    assert advised(labour(), rented) == ["condition-not-met"]
    needed = labour(appointment={"kind": "required", "raw": "网上预约"})
    assert advised(needed, application()) == ["appointment-needed"]


def test_a_window_that_nobody_announced_closes_nothing() -> None:
    unknown = labour(windows=[{"kind": "announced", "raw": "人社部规定的时间段"}])
    assert told(unknown, application()) == []
    assert advised(unknown, application()) == ["window-unknown"]


def test_of_the_answers_only_the_outcomes_leave() -> None:
    cmd = application(answers={"floor-area": 59, "own-premises": True})
    assert outcomes(Application(labour(), cmd), NOW) == (
        ("area-60", False),
        ("own", True),
    )


@pytest.mark.requirement("R-045")
def test_a_closed_window_says_when_it_opens_again() -> None:
    window = {"kind": "monthly", "days": {"first": 1, "last": 10}, "raw": "r"}
    (fault,) = found(labour(windows=[window]), application())
    assert fault.fields["opens"] == "2026-12-01"
    assert "opens again on 2026-12-01" in fault.said.en
    assert told(labour(windows=[window]), application(), at("2026-12-03")) == []


@pytest.mark.requirement("R-047")
def test_an_event_that_was_announced_opens_its_window() -> None:
    one = labour(windows=[{"kind": "event", "needs": ["wage-published"], "raw": "r"}])
    assert told(one, application()) == [("window-closed", "/item")]
    announced = [Announced("wage-published", at("2026-11-20")), Announced("tea", at("2026-11-20"))]
    known = Rules(catalogue([one]), Calendars(calendars().layers, announced))
    assert faults(Application(one, application()), known, NOW) == ()
    both = {"kind": "event", "needs": ["wage-published", "notice-received"], "raw": "r"}
    two = labour(windows=[both])
    for published, closed in (("2025-07-05", True), ("2026-07-05", False)):
        events = [
            Announced("wage-published", at(published)),
            Announced("notice-received", at("2026-11-20")),
        ]
        year = Rules(catalogue([two]), Calendars(calendars().layers, events))
        assert bool(faults(Application(two, application()), year, NOW)) is closed, (
            "the wage is of that year"
        )
    kept = known.calendars.with_notice("xinjiang", DaysOff(year=2026))
    assert kept.announced == known.calendars.announced


DATES: dict[str, Any] = {
    "variants": [],
    "situations": [],
    "materials": "none",
    "facts": [
        {"code": "lost-on", "name": "遗失日期", "type": "date"},
        {"code": "expiry", "name": "有效期满日", "type": "date"},
    ],
    "checks": [
        {"code": "past", "text": "遗失", "fact": "lost-on", "before": "application"},
        {"code": "valid", "text": "有效", "fact": "lost-on", "before": "expiry"},
        {"code": "recent", "text": "近年", "fact": "lost-on", "after": "2020-01-01"},
    ],
    "renewals": [
        {"fact": "expiry", "opens": {"n": 90, "unit": "calendar_days"}, "raw": "期满前90日内"}
    ],
}


def test_bounds_of_a_day_count_themselves_where_they_say_so() -> None:
    """Given NOW on 2026-11-21: what was lost today was lost at the latest today."""
    checks = [
        {"code": "not-to-come", "text": "已经发生", "fact": "lost-on", "latest": "application"},
        {"code": "in-order", "text": "先后", "fact": "expiry", "earliest": "lost-on"},
    ]
    for lost, expiry, wrong in (
        ("2026-11-21", "2026-11-21", []),
        ("2026-11-22", "2026-11-22", ["not-to-come"]),
        ("2026-11-21", "2026-11-20", ["in-order"]),
    ):
        answers = {"lost-on": lost, "expiry": expiry}
        cmd = application(variant="", situations=(), materials=(), answers=answers)
        told = found(labour(**{**DATES, "checks": checks, "renewals": []}), cmd)
        assert [one.fields["check"] for one in told] == wrong


@pytest.mark.parametrize(
    ("lost", "expiry", "wrong"),
    [
        ("2026-11-20", "2027-01-31", []),
        ("2026-11-21", "2027-01-31", ["past"]),
        ("2019-11-21", "2027-01-31", ["recent"]),
        ("2026-11-20", "2026-11-20", ["valid", ""]),
        ("2026-11-20", "2027-06-30", [""]),
        ("2026-02-31", "2027-01-31", [None]),
    ],
)
def test_dates_are_compared_with_the_application_with_each_other_and_with_the_window(
    lost: str, expiry: str, wrong: list[str | None]
) -> None:
    facts = {"lost-on": lost, "expiry": expiry}
    cmd = application(variant="", situations=(), materials=(), answers=facts)
    codes = {"condition-not-met": "check", "window-closed": "", "fact-invalid": None}
    said = [
        fault.fields["check"] if codes[fault.code] == "check" else codes[fault.code]
        for fault in found(labour(**DATES), cmd)
    ]
    assert said == wrong


@pytest.mark.requirement("R-092")
def test_a_renewal_that_is_too_early_says_from_when() -> None:
    facts = {"lost-on": "2026-11-20", "expiry": "2027-06-30"}
    cmd = application(variant="", situations=(), materials=(), answers=facts)
    (fault,) = found(labour(**DATES), cmd)
    assert fault.fields == {"opens": "2027-04-01", "closes": "2027-06-30"}


def test_the_choice_that_decides_the_fee_is_needed() -> None:
    plates = {"fee": PLATES, "situations": WANTS, "facts": [], "materials": "none", "checks": []}
    one = labour(**plates, variants=[])
    cmd = application(variant="", situations=(), answers={}, materials=())
    assert told(one, cmd) == [("option-missing", "/options")]
    named = application(variant="", situations=(), answers={}, materials=(), options=("car",))
    assert told(one, named) == []


def test_every_fault_is_told_in_chinese_and_in_english() -> None:
    text = labour(fee=PLATES)
    worst = application(
        channel="online",
        delivery="electronic",
        declared=False,
        contact=(),
        sealed=(),
        materials=(material("no"),),
        situations=("no", "no"),
        representation="heir",
        answers={"no": 1, "floor-area": "much"},
        options=("no",),
    )
    wrong = found(text, worst)
    assert len({one.code for one in wrong}) > 8
    for one in wrong:
        assert re.search("[一-龥]", one.told["detail_zh"]), one.code
        assert one.told["detail"], one.code
        assert one.told["detail"] != one.told["detail_zh"], one.code


def test_a_case_that_nobody_applies_for_is_begun_as_its_item_says() -> None:
    """What is chosen for it decides its procedure; of a person nothing is asked."""
    pushed = labour(initiated_by="pushed-data", facts=[], checks=[])
    begun = application(delivery="pickup", declared=False, contact=(), sealed=(), materials=())
    assert begun_faults(Application(pushed, begun)) == ()
    wrong = application(delivery="electronic", variant="no", situations=("tea", "tea"))
    assert {one.code for one in begun_faults(Application(pushed, wrong))} == {
        "delivery-not-offered",
        "variant-unknown",
        "situation-unknown",
        "given-twice",
    }


@pytest.mark.requirement("R-060")
def test_what_data_sharing_has_is_asked_of_nobody() -> None:
    """R-060: neither by itself nor in place of what could be handed in for it."""
    shared = labour(
        materials=[
            {"code": "form", "name": "申请书"},
            {"code": "licence", "name": "营业执照", "shareable": True},
            {"code": "card", "name": "身份证", "one_of": "identity", "shareable": True},
            {"code": "register", "name": "户口簿", "one_of": "identity"},
        ],
        representation="none",
    )
    assert [
        one.fields["material"] for one in missing(Application(shared, application(materials=())))
    ] == ["form"]
    assert told(shared, application(materials=(material("form"), material("licence")))) == []


@pytest.mark.requirement("R-131")
def test_a_fee_for_each_counts_them() -> None:
    """R-131: per person, per book; one where nothing is said, and never none or too many."""
    plates = labour(fee=PLATES, template="T05")
    line = plates.text.fee.lines[0]
    one, three = (
        application(options=(line.code,)),
        application(options=(line.code,), counts={line.code: 3}),
    )
    assert [told(plates, cmd) for cmd in (one, three)] == [[], []]
    rules = Rules(catalogue([plates]), calendars())
    fees = [submit(Case(id="c1"), cmd, rules, NOW)[1] for cmd in (one, three)]
    amounts = [fee.amount_fen for fee in fees if isinstance(fee, FeeAssessed)]
    assert amounts == [line.amount_fen, 3 * line.amount_fen]
    unknown = application(options=(line.code,), counts={"tea": 2})
    assert ("option-unknown", "/options") in told(plates, unknown)


def test_what_follows_from_an_application_is_worked_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The choices, the typed answers and the charge, however many look at them."""
    counted: Counter[str] = Counter()

    def count(name: str) -> None:
        real = getattr(application_module, name)

        def counting(*given: Any, **named: Any) -> Any:
            counted[name] += 1
            return real(*given, **named)

        monkeypatch.setattr(application_module, name, counting)

    for name in ("choices_of", "typed", "charge"):
        count(name)
    one = labour(template="T05")
    submit(Case(), application(), Rules(catalogue([one]), calendars()), NOW)
    assert counted == {"choices_of": 1, "typed": 1, "charge": 1}


def test_a_part_of_a_body_that_the_command_does_not_have_is_not_dropped() -> None:
    beside = {"materials": (), "subject": "s", "portal": ""}
    body = {"item": "004-900", "channel": "counter", "delivery": "post", "declared": True}
    made = submission_of(
        {**body, "facts": {"age": 5}, "options": ["a"]}, personal=["email"], **beside
    )
    assert (made.answers, made.options, made.contact) == ({"age": 5}, ("a",), ("email",))
    assert made.sealed == ("email",)
    with pytest.raises(TypeError, match="shoe_size"):
        submission_of({**body, "shoe_size": 43}, **beside)


STANDARD: dict[str, Any] = {
    "reference": "GA461-2004",
    "width_px": 358,
    "height_px": 441,
    "colour": "RGB",
    "most_bytes": 150 * 1024,
}


def portrayed(measured: Measures, size: int = 40_000) -> list[Fault]:
    """What is wrong with an application that has this picture as its second material."""
    own = {"code": "own", "name": "本人相片", "name_en": "Own picture", "kind": "photo"}
    papers = [{"code": "form", "name": "申请书"}, own | {"standard": "GA461-2004"}]
    one = labour(materials=papers, representation=[], photo_standard=STANDARD)
    picture = msgspec.structs.replace(material("own", "image/jpeg"), blob="mine", size=size)
    given = application(materials=(material("form"), picture), measures={"mine": measured})
    return list(found(one, given))


@pytest.mark.requirement("R-142")
@pytest.mark.requirement("R-143")
@pytest.mark.parametrize(
    ("measured", "size", "zh", "en"),
    [
        (
            Measures(400, 300, "RGB"),
            9,
            ("宽 400 像素、高 300 像素", "宽 358 像素、高 441 像素"),
            "400",
        ),
        (Measures(358, 441, "L"), 9, ("现在是灰度", "24 位真彩色"), "grey"),
        (Measures(358, 441, "RGB"), 153_601, ("151 千字节", "150 千字节以内"), "151 KB"),
    ],
)
def test_a_portrait_that_is_not_as_its_standard_wants_it_is_told_by_measures(
    measured: Measures, size: int, zh: tuple[str, ...], en: str
) -> None:
    (fault,) = portrayed(measured, size)
    assert (fault.code, fault.pointer) == ("photo-standard", "/materials/1")
    assert fault.fields == {"material": "own"}
    assert all(part in fault.said.zh for part in ("本人相片", *zh))
    assert en in fault.said.en
    assert not re.search(r"[A-Za-z]", fault.said.zh)


def test_a_portrait_as_its_standard_wants_it_is_taken_and_one_never_measured_too() -> None:
    assert portrayed(Measures(358, 441, "RGB"), 153_600) == []
    own = {"code": "own", "name": "照片", "kind": "photo", "standard": "GA461-2004"}
    one = labour(materials=[own], representation=[], photo_standard=STANDARD)
    assert told(one, application(materials=(material("own"),))) == []


def test_a_photograph_that_is_not_uploaded_yet_is_no_fault_of_a_trial() -> None:
    one = labour(materials=[{"code": "own", "name": "照片", "kind": "photo"}], representation=[])
    assert told(one, application(materials=(material("own", ""),))) == []


def test_a_portrait_that_is_added_later_is_held_against_the_standard_too() -> None:
    own = {"code": "own", "name": "照片", "kind": "photo", "standard": "GA461-2004"}
    one = labour(materials=[own], representation=[], photo_standard=STANDARD)
    with pytest.raises(PortraitNotAsWanted) as refused:
        must_be_asked_for(
            one,
            (material("own"),),
            Case(),
            measures={"b": Measures(400, 300, "RGB")},
            at="/material",
        )
    (fault,) = refused.value.fields["faults"]  # type: ignore[misc]
    assert fault["pointer"] == "/material"
    assert "宽 400 像素、高 300 像素" in fault["detail_zh"]
    assert "宽 400 像素、高 300 像素" in str(refused.value.fields["detail_zh"])
