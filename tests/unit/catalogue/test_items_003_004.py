"""The definitions of sources 003 and 004 say what the corrections of their data decided."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

import shared.catalogue
from services.intake.application.answers import passes
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.item import Item
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.files.reading import item_files, read_defaults, read_item
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.day_rules import payday_of, window_of
from shared.catalogue.rules.limits_of_item import Answer, Question, ask
from shared.clock import ARTICLE_45
from tests.support.clock_given import at, calendars

FOLDER = Path(shared.catalogue.__file__).parent
XINJIANG = calendars().of("xinjiang")
START = at("2026-09-25")
EXAMS = range(109, 127)


@cache
def everything() -> dict[str, Item]:
    """Every item of the two sources, each read by itself."""
    defaults = read_defaults((FOLDER / "defaults.yaml").read_bytes())
    files = [(name, content) for name, content in item_files(FOLDER) if "former/" not in name]
    mine = [(name, content) for name, content in files if name[-12:-8] in {"003-", "004-"}]
    read = [read_item(name, content, defaults) for name, content in mine]
    return {item.id: item for item in read}


def item(id_: str) -> Item:
    return everything()[id_]


def limit(id_: str, name: str = "promised") -> LimitRule:
    return next(one for one in item(id_).text.limits if one.name == name)


def due(id_: str, *, name: str | None = None, **more: str | bool) -> Answer:
    return ask(item(id_).text, Question(start=START, limit=name, **more), XINJIANG)  # type: ignore[arg-type]


def day_of(id_: str, **more: str | bool) -> str | None:
    found = due(id_, **more).due.date  # type: ignore[arg-type]
    return found.isoformat() if found else None


def missing(id_: str, *brought: str, **choices: str | frozenset[str]) -> list[str]:
    """The codes of the materials that are missing, for an application with these choices."""
    chosen = Choices(**choices)  # type: ignore[arg-type]
    return [rule.code for rule in item(id_).missing(frozenset(brought), chosen)]


def check_passes(id_: str, code: str, **facts: int | bool | date | str) -> bool | None:
    rule = next(one for one in item(id_).text.checks if one.code == code)
    return passes(rule, {name.replace("_", "-"): value for name, value in facts.items()}, START)


# What is there


def test_all_rows_of_003_and_all_guides_of_004_have_their_file() -> None:
    wanted = [f"003-{n:03d}" for n in range(1, 106)] + [f"004-{n:03d}" for n in range(1, 133)]
    assert sorted(everything()) == wanted


@pytest.mark.requirement("R-253")
def test_only_political_vetting_and_party_membership_are_not_offered_and_say_why() -> None:
    not_offered = {one.id: one.text for one in everything().values() if not one.text.offered}
    assert sorted(not_offered) == ["004-096", "004-097"]
    for text in not_offered.values():
        assert text.not_offered_because
        # What the source prints stands there all the same.
        assert [limit.raw for limit in text.limits if limit.name == "promised"]
        assert listed(text.materials)


def test_everything_that_a_portal_shows_has_an_english_name() -> None:
    for one in everything().values():
        text = one.text
        named = [
            text,
            *listed(text.materials),
            *text.variants,
            *text.facts,
            *text.situations,
            *(choice for group in text.situations for choice in group.choices),
            *text.fee.lines,
            *text.results,
        ]
        assert [thing for thing in named if not getattr(thing, "name_en", "")] == [], one.id
        assert [check.code for check in text.checks if not check.text_en] == [], one.id


@pytest.mark.requirement("R-028", "R-168", "R-239")
def test_who_starts_an_item_is_the_applicant_but_for_those_that_the_source_names() -> None:
    others = {
        one.id: one.text.initiated_by
        for one in everything().values()
        if one.text.initiated_by != "applicant"
    }
    exams = {f"004-{n}": "elsewhere" for n in EXAMS}
    assert others == {
        "003-011": "joint",
        "003-105": "pushed-data",
        "004-093": "authority",
        **exams,
    }
    assert all(item(id_).text.initiated_raw for id_ in others)


def test_the_same_service_is_named_from_both_sides() -> None:
    for one in everything().values():
        for other in one.text.same_service_as:
            if other in everything() and other[:3] != one.id[:3]:
                assert one.id in item(other).text.same_service_as, (one.id, other)


@pytest.mark.requirement("R-002")
def test_a_type_that_stands_in_no_list_is_unknown_with_what_is_printed() -> None:
    text = item("003-096").text
    assert (text.item_type, text.item_type_raw) == ("unknown", "适用范围：")
    assert "misplaced" in {oddity.code for oddity in text.oddities}


# Three states


@pytest.mark.requirement("R-066")
def test_003_is_silent_about_materials_and_fees_but_for_the_certificate_that_is_exchanged() -> None:
    rows = [one for one in everything().values() if one.id.startswith("003")]
    assert [one.id for one in rows if one.text.materials != "unknown"] == ["003-041"]
    assert {one.text.fee.state for one in rows} == {"unknown"}
    origin = item("003-041").material("origin-quarantine-certificate")
    assert origin is not None
    assert origin.result_of == "003-040"


@pytest.mark.requirement("R-069")
def test_only_one_item_prints_that_it_asks_for_no_material() -> None:
    assert [one.id for one in everything().values() if one.text.materials == "none"] == ["004-025"]


@pytest.mark.requirement("R-132")
def test_a_basis_without_an_amount_is_not_chargeable() -> None:
    silent = [*range(98, 102), *EXAMS]
    for n in silent:
        fee = item(f"004-{n:03d}").text.fee
        assert (fee.state, fee.chargeable) == ("unknown", False)
        assert fee.basis
    found = charge(item("004-098").text, Choices())
    assert (found.amount_fen, found.chargeable) == (None, False)


@pytest.mark.requirement("R-141")
def test_a_fee_that_was_never_charged_charges_nothing() -> None:
    found = charge(item("004-107").text, Choices())
    assert (found.amount_fen, found.chargeable) == (0, False)
    assert item("004-107").text.fee.lines[0].amount_fen == 80_000


@pytest.mark.requirement("R-134")
def test_the_first_card_is_free_and_a_replacement_is_charged() -> None:
    assert charge(item("004-076").text, Choices()).amount_fen == 0
    assert charge(item("004-080").text, Choices()).amount_fen == 1_500


@pytest.mark.requirement("R-133", "R-140")
def test_fees_by_series_and_by_grade_name_what_they_need() -> None:
    series = item("004-105").text
    assert [need.code for need in charge(series, Choices()).needs] == ["speciality"]
    assert charge(series, Choices(), options=["agronomy-associate"]).amount_fen == 58_000
    assert charge(series, Choices(), options=["other-speciality"]).amount_fen == 68_000
    assert charge(item("004-108").text, Choices(), options=["senior"]).amount_fen == 4_000 + 800


@pytest.mark.parametrize(
    ("id_", "fen"),
    [
        ("004-049", 30_000),
        ("004-050", 30_000),
        ("004-051", 50_000),
        ("004-052", 30_000),
        ("004-063", 30_000),
    ],
)
def test_appraisals_cost_what_is_printed(id_: str, fen: int) -> None:
    assert charge(item(id_).text, Choices()).amount_fen == fen


# Materials


@pytest.mark.requirement("R-058")
def test_a_change_of_a_labour_dispatch_permit_does_not_ask_for_the_materials_of_a_first() -> None:
    for variant in ("change", "renewal", "closure"):
        assert missing("004-005", variant=variant) == []
    own = missing(
        "004-005", variant="initial", situations=frozenset({"company-established", "premises-own"})
    )
    assert "premises-title" in own
    assert "lease" not in own
    assert "name-approval" not in own
    rented = missing(
        "004-005", variant="initial", situations=frozenset({"company-planned", "premises-rented"})
    )
    assert {"lease", "premises-title", "name-approval", "capital-verification-report"} <= set(
        rented
    )


def test_a_work_injury_asks_for_each_document_by_itself() -> None:
    plain = missing("004-048")
    assert {"first-diagnosis", "images-and-findings", "witness-statements"} <= set(plain)
    assert "death-certificate" not in plain
    death = missing("004-048", situations=frozenset({"death"}))
    assert {"death-certificate", "spouse-marriage-certificate"} <= set(death)
    assert "own-statement" not in death
    brought = missing("004-048", "relative-identity-card", situations=frozenset({"death"}))
    assert "spouse-marriage-certificate" not in brought


@pytest.mark.requirement("R-255")
def test_a_duty_assignment_has_a_neutral_proof_and_nobody_leaves_a_fingerprint() -> None:
    text = item("004-048").text
    proof = item("004-048").material("duty-assignment")
    assert proof is not None
    assert proof.name == "派出工作的证明"
    quoted = [rule.raw + rule.name + (rule.condition or "") for rule in listed(text.materials)]
    assert not any("手印" in words or "“" in words for words in quoted)
    assert text.materials_raw == ""
    assert len(text.left_out) == 2


def test_a_reassigned_graduate_and_one_who_lost_the_card_bring_different_things() -> None:
    change = missing("004-086", "labour-contract", "termination-agreement", variant="change")
    assert change == ["registration-card", "identity-card", "graduation-certificate"]
    assert missing("004-086", variant="reissue") == [
        "identity-card",
        "graduation-certificate",
        "school-loss-certificate",
        "published-loss-notice",
    ]


@pytest.mark.requirement("R-256")
def test_no_name_of_a_member_of_staff_is_kept() -> None:
    for _, content in item_files(FOLDER):
        assert "联系人：" not in content.decode()


@pytest.mark.requirement("R-059")
def test_one_of_three_forms_is_enough_for_a_claim_of_costs() -> None:
    for id_ in ("004-064", "004-065"):
        rest = missing(id_, "recurrence-form")
        assert rest == ["invoice", "cost-details", "medical-records"]


@pytest.mark.requirement("R-020")
def test_an_agent_without_the_principals_document_brings_a_notarised_authorisation() -> None:
    for id_ in ("004-027", "004-043", "004-044"):
        chosen = {"representative": "agent", "channel": "counter"}
        left = missing(
            id_, "agent-identity-card", "notarised-authorisation", variant="transfer-out", **chosen
        )
        assert left == []
        assert "notarised-authorisation" not in missing(id_, channel="counter")


@pytest.mark.requirement("R-062")
def test_data_that_are_shared_are_not_asked_for() -> None:
    for n in (76, 78, 79, 80):
        assert missing(f"004-{n:03d}", situations=frozenset({"lost"})) == []
    assert missing("004-076", situations=frozenset({"outside-region"})) == ["id-photo"]


def test_a_private_enterprise_brings_no_assessment_forms() -> None:
    assert "assessment-forms" in missing("004-105")
    assert "assessment-forms" not in missing(
        "004-105", situations=frozenset({"private-enterprise"})
    )


# Conditions


@pytest.mark.requirement("R-007", "R-067", "R-073", "R-075", "R-076", "R-201")
@pytest.mark.parametrize(
    ("id_", "code", "good", "bad"),
    [
        ("004-005", "floor-area-at-least-60", {"floor_area": 60}, {"floor_area": 59}),
        ("004-048", "witnesses-at-least-2", {"witnesses": 2}, {"witnesses": 1}),
        ("004-067", "grade-5-to-10", {"disability_grade": 5}, {"disability_grade": 4}),
        ("004-067", "grade-5-to-10", {"disability_grade": 10}, {"disability_grade": 11}),
        ("004-067", "contract-ended", {"contract_ended": True}, {"contract_ended": False}),
        (
            "004-040",
            "retired-after-2014-10-01",
            {"retired_on": date(2014, 10, 1)},
            {"retired_on": date(2014, 9, 30)},
        ),
        ("003-017", "paid-twice", {"paid_twice": True}, {"paid_twice": False}),
        ("003-043", "not-an-excluded-place", {"excluded_place": False}, {"excluded_place": True}),
        (
            "004-094",
            "not-own-or-relatives-file",
            {"own_or_relatives_file": False},
            {"own_or_relatives_file": True},
        ),
        ("004-001", "experts-at-least-5", {"experts": 5}, {"experts": 4}),
        ("004-091", "old-fees-settled", {"old_fees_settled": True}, {"old_fees_settled": False}),
        ("003-019", "exams-passed", {"exams_passed": True}, {"exams_passed": False}),
    ],
)
def test_a_printed_condition_refuses_who_does_not_meet_it(
    id_: str, code: str, good: dict[str, int | date], bad: dict[str, int | date]
) -> None:
    assert check_passes(id_, code, **good) is True
    assert check_passes(id_, code, **bad) is False
    assert next(one for one in item(id_).text.checks if one.code == code).effect == "refuse"


@pytest.mark.requirement("R-076")
def test_the_two_subsidies_know_the_three_enterprises_that_are_printed() -> None:
    for id_ in ("004-073", "004-074"):
        (enterprise,) = [one for one in item(id_).text.facts if one.code == "enterprise"]
        assert [one.name for one in enterprise.choices] == [
            "新疆油田公司",
            "吐哈油田分公司",
            "中国铁路乌鲁木齐局集团有限公司",
        ]


# Limits


@pytest.mark.requirement("R-195", "R-197")
def test_a_review_of_contributions_runs_from_the_application_and_the_money_waits_for_its_day() -> (
    None
):
    for id_ in ("003-003", "003-004", "003-006"):
        assert (limit(id_).start_event, limit(id_).end_event) == ("submitted", "reviewed")
        assert day_of(id_) == "2026-10-09"  # up to 09-27 and 10-01 to 10-07 are days off


@pytest.mark.requirement("R-084")
def test_a_labour_dispatch_permit_has_fifteen_working_days_and_ten_more() -> None:
    assert limit("004-005").start_event == "pre-review-passed"
    assert day_of("004-005") == "2026-10-22"
    assert day_of("004-005", extended=True) == "2026-11-05"


@pytest.mark.requirement("R-085", "R-225")
def test_an_arbitration_may_be_extended_by_fifteen_days_and_restarted_by_a_law() -> None:
    rule = limit("004-129")
    assert (rule.n, rule.unit, rule.restartable) == (45, "calendar_days", True)
    assert rule.extension is not None
    assert rule.extension.n == 15


def test_a_petition_has_sixty_calendar_days_and_says_that_the_unit_is_inferred() -> None:
    rule = limit("004-130", "statutory")
    assert (rule.n, rule.unit, rule.rank) == (60, "calendar_days", "law")
    assert "limits.statutory.unit" in item("004-130").text.inferred
    assert day_of("004-130") == "2026-11-24"


@pytest.mark.requirement("R-048")
def test_a_reconsideration_is_accepted_within_five_working_days_and_decided_in_sixty() -> None:
    accepted, decided = limit("004-131", "acceptance"), limit("004-131")
    assert (accepted.n, accepted.unit) == (5, "working_days")
    assert "第四十条" in accepted.unit_basis
    assert (decided.n, decided.unit) == (60, "calendar_days")


def test_a_work_injury_is_decided_within_the_regulations_sixty_days() -> None:
    rule = limit("004-048", "statutory")
    assert (rule.n, rule.unit, rule.rank) == (60, "calendar_days", "law")
    assert day_of("004-048", name="promised") == day_of("004-048", name="statutory")


def test_silence_makes_a_collective_contract_effective_and_nothing_pauses_it() -> None:
    rule = limit("004-128")
    assert (rule.deemed, rule.exclusions) == ("effective", frozenset())


@pytest.mark.requirement("R-086", "R-150")
def test_a_card_from_a_partner_bank_is_made_at_once_and_others_within_ninety_days() -> None:
    for id_ in ("004-076", "004-080"):
        rule = limit(id_)
        assert (rule.minimum, rule.n, rule.unit) == (60, 90, "working_days")
        assert day_of(id_, variant="bank") == "2026-09-28"  # the start is a day off


@pytest.mark.requirement("R-086")
def test_a_range_is_due_at_its_maximum() -> None:
    rule = limit("004-031")
    assert (rule.minimum, rule.n) == (7, 10)


@pytest.mark.requirement("R-090")
def test_a_skill_appraisal_has_two_clocks() -> None:
    first, second = limit("004-098", "arrangement"), limit("004-098")
    assert (first.n, first.unit) == (10, "calendar_days")
    assert (second.n, second.unit, second.start_event) == (7, "working_days", "exam")


@pytest.mark.requirement("R-096", "R-241")
def test_limits_that_stand_in_the_column_of_delivery_are_limits() -> None:
    forwarding, delivery = limit("004-102", "forwarding"), limit("004-105", "delivery")
    assert (forwarding.n, forwarding.unit) == (7, "working_days")
    assert (delivery.n, delivery.unit, delivery.start_event) == (15, "calendar_days", "panel")


@pytest.mark.requirement("R-081")
def test_items_with_an_inspection_begin_with_its_pass() -> None:
    for id_ in ("003-035", "003-039", "003-040"):
        assert limit(id_).start_event == "inspection"
        assert "inspection" in {one.kind for one in item(id_).text.modifiers}


@pytest.mark.requirement("R-083")
def test_the_notice_periods_are_inside_the_limit_of_an_environmental_approval() -> None:
    for id_, days in (("003-085", 30), ("003-086", 15)):
        rule = limit(id_)
        assert (rule.n, rule.unit, rule.end_event) == (days, "working_days", "decided")
        assert rule.inclusions == {"public_notice"}
        assert rule.exclusions == ARTICLE_45  # it is a licence


@pytest.mark.requirement("R-095")
@pytest.mark.parametrize("n", [7, 12, 14, 16, 20, 22, 24, 30, 35, 37, 39, 41, 42, 104, 107, *EXAMS])
def test_where_no_processing_limit_is_printed_nothing_is_due_and_the_reason_is_told(n: int) -> None:
    found = due(f"004-{n:03d}")
    assert found.due.date is None
    assert found.due.reason
    assert limit(f"004-{n:03d}").raw


@pytest.mark.requirement("R-094")
def test_an_applicants_own_deadline_only_reminds() -> None:
    for id_ in ("004-007", "004-012"):
        (own,) = item(id_).text.applicant_deadlines
        assert (own.party, own.n, own.unit) == ("applicant", 30, "calendar_days")


# Windows and days


@pytest.mark.requirement("R-045")
@pytest.mark.parametrize(
    ("n", "last"),
    [(16, 10), (22, 21), (24, 21), (30, 5), (31, 15), (35, 10), (36, 15), (37, 10), (38, 15)],
)
def test_a_monthly_window_opens_on_the_first_and_includes_its_last_day(n: int, last: int) -> None:
    text = item(f"004-{n:03d}").text
    assert window_of(text, at("2026-09-01"), XINJIANG).state.open is True
    assert window_of(text, at(f"2026-09-{last:02d}"), XINJIANG).state.open is True
    state = window_of(text, at("2026-09-28"), XINJIANG).state
    assert (state.open, str(state.next_opens)[:10]) == (False, "2026-10-01")


@pytest.mark.requirement("R-233")
def test_contributions_of_public_bodies_are_taken_on_working_days_up_to_the_25th() -> None:
    text = item("004-025").text
    assert window_of(text, at("2026-10-23"), XINJIANG).state.open is True
    assert window_of(text, at("2026-10-24"), XINJIANG).state.open is False  # a Saturday
    assert window_of(text, at("2026-10-26"), XINJIANG).state.open is False  # never rolls over


def test_a_booking_stands_beside_the_counter_window() -> None:
    state = window_of(item("004-024").text, at("2026-09-18"), XINJIANG).state
    assert state.open is True
    assert state.booking is not None
    assert state.booking.open is False


@pytest.mark.requirement("R-047")
def test_the_yearly_declaration_opens_with_the_published_wage_and_its_notice() -> None:
    text = item("004-020").text
    events = {"average-wage-published": at("2026-06-20"), "notice-received": at("2026-07-08")}
    closed = window_of(text, at("2026-07-10"), XINJIANG)
    opened = window_of(text, at("2026-07-10"), XINJIANG, happened=events)
    assert (closed.state.open, opened.state.open) == (False, True)


@pytest.mark.requirement("R-240")
def test_the_title_review_takes_materials_in_august_and_september() -> None:
    text = item("004-105").text
    assert window_of(text, at("2026-08-20"), XINJIANG).state.open is True
    assert window_of(text, at("2026-09-20"), XINJIANG).state.open is True
    assert window_of(text, at("2026-10-20"), XINJIANG).state.open is False


@pytest.mark.requirement("R-194")
@pytest.mark.parametrize(
    ("party", "attempt", "wanted"),
    [
        ("flexible", 1, "2026-11-20"),
        ("flexible", 2, "2026-11-25"),
        ("unit", 1, "2026-11-18"),
        ("unit", 2, "2026-11-25"),
    ],
)
def test_contributions_are_deducted_on_the_printed_days(
    party: str, attempt: int, wanted: str
) -> None:
    found = payday_of(
        item("003-002").text, date(2026, 11, 1), XINJIANG, attempt=attempt, party=party
    )
    assert found is not None
    assert found.date.isoformat() == wanted


@pytest.mark.requirement("R-195", "R-196")
def test_back_payments_are_deducted_on_tuesdays_and_benefits_paid_on_the_18th() -> None:
    for id_ in ("003-003", "003-004"):
        found = payday_of(item(id_).text, date(2026, 11, 21), XINJIANG)
        assert found is not None
        assert found.date.isoformat() == "2026-11-24"
    benefit = payday_of(item("003-006").text, date(2026, 11, 21), XINJIANG)
    assert benefit is not None
    assert benefit.date.isoformat() == "2026-12-18"
