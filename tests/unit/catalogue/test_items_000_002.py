"""What the definitions of the police guide, the permit rules and Qijiang's list must say.

Each test is a rule of the corrections to the data: where a reading of the sources once went wrong,
or where this project decided because they are silent.
"""

from collections.abc import Iterator
from functools import cache

import pytest

from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.files.findings import findings
from shared.catalogue.rules.limits_of_item import Question, ask
from shared.clock import ARTICLE_45, due, follow_up, parse_pause
from tests.support.clock_given import at, calendars

XINJIANG = calendars().of("xinjiang")
MINE = ("000", "001", "002")
START = at("2026-09-25")


@cache
def catalogue() -> Catalogue:
    return packaged_catalogue()


def item(id_: str) -> Item:
    return catalogue().item(id_)


def text(id_: str) -> ItemText:
    return catalogue().item(id_).text


def all_of(*sources: str) -> Iterator[ItemText]:
    return (one.text for one in catalogue().items() if one.id[:3] in sources)


def limit(id_: str, name: str) -> LimitRule:
    return next(one for one in text(id_).limits if one.name == name)


def chosen(*situations: str, variant: str = "") -> Choices:
    return Choices(situations=frozenset(situations), variant=variant)


def missing(id_: str, *given: str, choices: Choices | None = None) -> set[str]:
    return {rule.code for rule in item(id_).missing(frozenset(given), choices)}


@pytest.mark.requirement("R-254")
def test_every_record_of_the_three_sources_is_there() -> None:
    count = {source: len(list(all_of(source))) for source in MINE}
    assert count == {"000": 24, "001": 20, "002": 24}
    assert {one.id for one in all_of(*MINE) if one.kind == "rule"} == {
        f"001-R{number}" for number in range(1, 5)
    }
    not_offered = {one.id for one in all_of(*MINE) if one.offered is False}
    assert not_offered == {"000-04", "000-05", "001-15"}
    assert all(text(id_).not_offered_because for id_ in not_offered)


@pytest.mark.parametrize("id_", ["000-09", "000-10"])
def test_a_licence_s_statutory_days_are_working_days_and_say_by_which_law(id_: str) -> None:
    """Printed 20日; 行政许可法 art. 82."""
    statutory = limit(id_, "statutory")
    assert (statutory.n, statutory.unit) == (20, "working_days")
    assert "行政许可法第八十二条" in statutory.unit_basis


def test_a_promise_printed_in_days_stays_in_calendar_days() -> None:
    promised = limit("000-09", "promised")
    assert (promised.n, promised.unit) == (10, "calendar_days")


def test_thirty_days_of_what_is_no_licence_are_calendar_days() -> None:
    statutory = limit("000-06", "statutory")
    assert (statutory.n, statutory.unit) == (30, "calendar_days")
    assert statutory.unit_basis


@pytest.mark.requirement("R-082")
@pytest.mark.parametrize(
    ("id_", "promised_stops", "statutory_stops"),
    [
        ("000-07", True, False),
        ("000-08", True, True),
        ("000-09", True, False),
        ("000-10", True, False),
    ],
)
def test_inspection_and_rectification_stop_the_limits_that_exclude_them(
    id_: str, *, promised_stops: bool, statutory_stops: bool
) -> None:
    """R-082: printed limit by limit; what the licences' law excludes stands beside it."""
    both = frozenset({"inspection", "rectification"})
    for name, stops in (("promised", promised_stops), ("statutory", statutory_stops)):
        assert limit(id_, name).exclusions - ARTICLE_45 == (both if stops else frozenset())


def test_an_inspection_moves_the_promise_of_a_seal_engraver_and_not_the_statute() -> None:
    pauses = (parse_pause("2026-09-29/2026-10-09:inspection"),)
    moved = {
        name: due(limit("000-10", name), START, XINJIANG, pauses=pauses).date
        != due(limit("000-10", name), START, XINJIANG).date
        for name in ("promised", "statutory")
    }
    assert moved == {"promised": True, "statutory": False}


@pytest.mark.parametrize(
    ("id_", "n"),
    [
        *(("000-11", 1), ("000-17", 15), ("000-18", 1), ("000-19", 15), ("000-21", 1)),
        *(("000-22", 1), ("002-18", 1), ("002-19", 15), ("002-20", 1), ("002-21", 1)),
        ("002-22", 1),
    ],
)
def test_the_days_of_the_traffic_rules_are_working_days_from_acceptance(id_: str, n: int) -> None:
    statutory = limit(id_, "statutory")
    assert (statutory.n, statutory.unit, statutory.start_event) == (n, "working_days", "accepted")
    assert statutory.rank == "law"
    assert statutory.unit_basis
    assert statutory.derived_from


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize("number", [11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22])
def test_what_is_printed_as_their_limit_is_only_when_they_are_accepted(number: int) -> None:
    """不含当天, and after the payment where there is a fee."""
    acceptance = limit(f"000-{number}", "acceptance")
    charged = text(f"000-{number}").fee.state == "amount"
    assert (acceptance.n, acceptance.unit, acceptance.end_event) == (1, "working_days", "accepted")
    assert acceptance.start_event == ("paid" if charged else "submitted")
    assert not [one for one in text(f"000-{number}").limits if one.name == "promised"]


@pytest.mark.requirement("R-054", "R-118")
@pytest.mark.parametrize("id_", ["000-18", "000-22"])
def test_an_expired_insurance_takes_the_day_s_limit_away_and_asks_for_the_policy(id_: str) -> None:
    expired = chosen("insurance-expired")
    assert "statutory" in {one.name for one in _holding(id_, chosen())}
    assert "statutory" not in {one.name for one in _holding(id_, expired)}
    assert missing(id_) == set()
    assert missing(id_, choices=expired) == {"insurance-policy"}


def _holding(id_: str, choices: Choices) -> list[LimitRule]:
    rules = text(id_).limits
    return [
        one for one in rules if one.when is None or choices.situations.isdisjoint(one.when.unless)
    ]


@pytest.mark.requirement("R-004")
def test_the_promise_for_the_border_pass_is_longer_than_its_statute_and_no_other_is() -> None:
    found = findings(all_of(*MINE))
    assert [one.item for one in found if one.code == "promise-exceeds-statute"] == ["000-24"]
    answer = ask(text("000-24"), Question(start=START), XINJIANG)
    assert answer.limit is not None
    assert answer.limit.name == "statutory"


@pytest.mark.requirement("R-227")
def test_the_border_pass_has_its_146_offices_in_16_regions() -> None:
    offices = listed(text("000-24").offices)
    assert len(offices) == 146
    assert len({office.region for office in offices}) == 16
    assert all(office.name and office.address and office.phones for office in offices)


@pytest.mark.requirement("R-153")
@pytest.mark.parametrize("id_", ["000-17", "000-19", "002-19"])
def test_fifteen_days_of_validity_are_the_temporary_plate_s(id_: str) -> None:
    plates, temporary = listed(text(id_).results)
    assert plates.validity == "unknown"
    assert temporary.temporary_of == plates.code
    assert temporary.validity != "unknown"
    assert temporary.validity.at_most
    assert temporary.validity.span is not None
    assert (temporary.validity.span.n, temporary.validity.span.unit) == (15, "calendar_days")


@pytest.mark.requirement("R-131")
def test_a_temporary_plate_is_charged_only_when_it_is_asked_for() -> None:
    lines = {line.code: line for line in text("000-17").fee.lines}
    assert {line.choice for line in lines.values()} == {"plates", None}
    assert lines["temporary-plate"].when is not None
    assert (lines["car-plates"].amount_fen, lines["motorcycle-plates"].amount_fen) == (10000, 5000)


@pytest.mark.requirement("R-069")
def test_no_materials_is_said_only_where_it_is_printed() -> None:
    """Printed 无; 000-17 prints it too and asks for the policy in another field."""
    none = {one.id for one in all_of(*MINE) if one.materials == "none"}
    assert none == {f"000-{n}" for n in (11, 12, 13, 14, 15, 16, 20, 23)}
    silent = {one.id for one in all_of("002") if one.materials == "unknown"}
    assert silent == {f"002-{n:02}" for n in range(1, 18)}
    assert {one.id for one in all_of("000") if one.materials == "unknown"} == set()


def test_what_is_charged_what_is_free_and_what_is_not_said() -> None:
    by_state: dict[str, set[str]] = {"amount": set(), "none": set(), "unknown": set()}
    for one in all_of(*MINE):
        by_state[one.fee.state].add(one.id)
    assert by_state["amount"] == {f"000-{n:02}" for n in (1, 11, 13, 14, 16, 17, 19, 21)}
    free = (*range(2, 11), 12, 15, 18, 20, 22, 24)
    assert by_state["none"] == {f"000-{n:02}" for n in free} | {"001-12"}
    assert not any(text(id_).fee.chargeable for id_ in by_state["unknown"])
    assert all(text(id_).fee.basis for id_ in by_state["amount"])


@pytest.mark.requirement("R-054", "R-059", "R-061")
@pytest.mark.parametrize(
    ("ground", "paper"),
    [("employment", "labour-contract"), ("dwelling", "lease"), ("study", "student-card")],
)
def test_one_paper_of_the_ground_is_enough_for_the_permit(ground: str, paper: str) -> None:
    """000-06 prints 或; and what data sharing has is not asked for again (R-060, R-061)."""
    here = chosen(ground, "photo-on-file")
    assert missing("000-06", "identity-card", paper, choices=here) == set()
    assert missing("000-06", "household-register", paper, choices=chosen(ground)) == {"photo"}
    assert missing("000-06", choices=here) == set()
    rule = next(rule for rule in listed(text("000-06").materials) if rule.code == paper)
    assert (rule.one_of, rule.shareable) == (rule.one_of or "", True)


@pytest.mark.requirement("R-255")
def test_merged_materials_are_split_and_employees_papers_are_statements() -> None:
    certificates = {"business-licence", "entertainment-licence", "fire-safety-certificate"}
    codes = {rule.code: rule for rule in listed(text("000-07").materials)}
    assert certificates <= set(codes)
    assert {rule.code for rule in listed(text("000-08").materials)} & certificates == {
        "business-licence",
        "fire-safety-certificate",
    }
    for id_ in ("000-07", "000-08", "000-10"):
        employees = [r for r in listed(text(id_).materials) if r.code.startswith("employees-")]
        assert employees
        assert {rule.kind for rule in employees} == {"statement"}
    assert missing("000-08", choices=chosen(variant="change")) == set()


@pytest.mark.requirement("R-092")
def test_the_window_of_a_licence_lies_before_and_that_of_a_postponement_reaches_after() -> None:
    (before,) = text("000-13").renewals
    assert before.opens is not None
    assert (before.opens.n, before.opens.unit, before.closes) == (90, "calendar_days", None)
    for id_ in ("000-12", "000-15"):
        (after,) = text(id_).renewals
        assert after.opens is None
        assert after.closes is not None
        assert (after.closes.n, after.closes.unit) == (1, "years")
        assert after.postpone_at_most is not None
        assert after.postpone_at_most.n == 3


def test_every_residence_permit_with_a_validity_is_renewed_by_the_extension() -> None:
    """R-092: also one that was signed or made anew, and one that was extended before."""
    permits = {
        text.id: result.renewed_by
        for text in all_of("001")
        for result in text.results
        if result.code == "residence-permit"
    }
    numbers = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16)
    assert permits == {f"001-{n:02}": "001-04" for n in numbers}
    assert {r.code: r.renewed_by for r in text("001-01").results}["collection-voucher"] is None


def test_of_the_driving_licences_only_one_with_a_printed_length_is_renewed() -> None:
    by = {result.code: result.renewed_by for result in text("002-23").results}
    assert by == {
        "driving-licence": None,
        "driving-licence-ten-years": "002-23",
        "driving-licence-long-term": None,
    }
    assert [result.renewed_by for result in text("000-13").results] == [None]


@pytest.mark.parametrize("id_", ["001-01", "001-02"])
def test_a_remote_office_has_at_most_fifteen_days_and_a_miss_starts_three_or_ten(id_: str) -> None:
    """R-087, R-088."""
    rule = limit(id_, "statutory")
    assert str(due(rule, at("2026-10-12"), XINJIANG).date) == "2026-10-19"
    remote = due(rule, at("2026-10-12"), XINJIANG, variant="remote")
    assert str(remote.date) == "2026-11-02"
    assert rule.variants["remote"].maximum
    near = follow_up(rule, due(rule, at("2026-10-12"), XINJIANG), XINJIANG)
    assert str(near.date) == "2026-10-22"
    assert str(follow_up(rule, remote, XINJIANG, variant="remote").date) == "2026-11-16"


def test_the_limits_of_2011_are_rules_of_a_trial_and_not_a_law() -> None:
    for one in all_of("001"):
        assert one.in_force.since == "2011-10-27"
        assert "试行" in one.in_force.note
        printed = [rule for rule in one.limits if rule.rank != "internal"]
        assert {rule.rank for rule in printed} <= {"rule"}


@pytest.mark.requirement("R-081")
@pytest.mark.parametrize("id_", ["001-03", "001-04", "001-05", "001-07", "001-09"])
def test_what_is_done_after_the_review_starts_with_the_review(id_: str) -> None:
    assert limit(id_, "statutory").start_event == "reviewed"


@pytest.mark.requirement("R-184")
def test_a_correction_is_done_the_same_day_or_made_anew_in_five() -> None:
    rule = limit("001-09", "statutory")
    assert rule.kind == "same_day"
    assert (rule.variants["remake"].n, rule.variants["remake"].unit) == (5, "working_days")


@pytest.mark.requirement("R-089")
def test_entry_of_data_ends_with_the_entry_and_nothing_is_uploaded() -> None:
    """R-089."""
    assert limit("001-01", "entry").end_event == "recorded"
    assert limit("001-01", "entry").variants["special"].n == 2
    assert [left for left in text("001-R4").left_out if "上传" in left.what]


@pytest.mark.requirement("R-072")
def test_a_missing_proof_of_residence_is_met_by_a_yes_after_an_appointment() -> None:
    for id_ in ("001-01", "001-02"):
        assert "residence-confirmed" in missing(id_, "identity-card")
        given = ("identity-card", "residence-confirmed")
        assert missing(id_, *given, choices=chosen()) == set()
        rule = item(id_).material("residence-confirmed")
        assert rule is not None
        assert rule.kind == "statement"


@pytest.mark.requirement("R-058", "R-059")
def test_employment_is_proven_by_the_pension_or_by_contract_and_insurance_together() -> None:
    base = ("identity-card", "lease")
    work = chosen("employment")
    assert missing("001-02", *base, "pension-two-years", choices=work) == set()
    both = ("contract-one-year", "insurance-six-months")
    assert missing("001-02", *base, *both, choices=work) == set()
    assert "insurance-six-months" in missing("001-02", *base, both[0], choices=work)


def test_whose_permit_expired_brings_what_a_first_application_brings() -> None:
    assert missing("001-10", choices=chosen("six-months")) == missing("001-01")
    work = chosen("two-years", "employment")
    assert missing("001-10", choices=work) == missing("001-02", choices=chosen("employment"))


def test_who_starts_an_item() -> None:
    started = {one.id for one in all_of(*MINE) if one.initiated_by == "authority"}
    assert started == {"001-12", "001-13", "001-14", "002-03"}
    others = {one.initiated_by for one in all_of(*MINE) if one.id not in started}
    assert others == {"applicant"}


@pytest.mark.requirement("R-127")
def test_a_new_appearance_is_the_holder_s_own_application_with_the_holder_s_picture() -> None:
    assert text("001-08").initiated_by == "applicant"
    assert missing("001-08") == {"own-picture"}


def test_pictures_are_asked_for_where_an_item_prints_one_and_nowhere_else() -> None:
    pictures = {one.id for one in all_of(*MINE) for m in listed(one.materials) if m.kind == "photo"}
    assert pictures == {"000-06", "001-08"}


FACES = {f"000-{n:02}" for n in (1, 2, 3, 4, 5, 7, 8, 9, 10, 24)}


@pytest.mark.requirement("R-250")
def test_face_checks_are_left_out_and_the_files_say_so() -> None:
    said = {one.id for one in all_of(*MINE) for left in one.left_out if "人像" in left.what}
    assert said == FACES
    assert not [s for one in all_of("000") for s in listed(one.steps) if "人像" in s]


@pytest.mark.requirement("R-251", "R-252")
def test_nothing_asks_for_ethnicity_a_fingerprint_or_where_somebody_is() -> None:
    for one in all_of(*MINE):
        asked = [m.name for m in listed(one.materials)] + [fact.name for fact in one.facts]
        asked += [choice.name for group in one.situations for choice in group.choices]
        asked += [variant.name for variant in one.variants]
        assert not [name for name in asked if "民族" in name or "指纹" in name or "二维码" in name]
    for id_ in ("001-07", "002-06"):
        assert [left for left in text(id_).left_out if "民族" in left.what]


@pytest.mark.requirement("R-213")
def test_what_the_people_concerned_are_spared_is_said_in_the_file() -> None:
    spared = {"000-23", "002-02", "002-03", "002-13", "002-14", "001-01", "001-03", "000-24"}
    assert not [id_ for id_ in spared if not text(id_).left_out]


@pytest.mark.requirement("R-098")
def test_the_list_of_qijiang_counts_by_chongqing_and_has_the_limits_that_its_laws_print() -> None:
    assert {one.calendar for one in all_of("002")} == {"chongqing"}
    assert {one.calendar for one in all_of("000", "001")} == {"xinjiang"}
    printed = {
        one.id
        for one in all_of("002")
        if any(rule.rank == "law" and rule.raw for rule in one.limits)
    }
    assert printed == {f"002-{n:02}" for n in (3, 18, 19, 20, 21, 22)}


def test_the_fifteen_days_of_the_regulation_run_beside_and_only_for_a_reissue() -> None:
    rule = limit("002-18", "reissue-from-receipt")
    assert (rule.n, rule.unit, rule.start_event) == (15, "calendar_days", "received")
    assert rule.when is not None
    assert rule.when.variant == ("reissue",)


@pytest.mark.requirement("R-174")
@pytest.mark.parametrize(
    ("id_", "code"), [("002-19", "remaining-plates"), ("002-20", "remaining-licence")]
)
def test_what_is_lost_is_not_asked_for(id_: str, code: str) -> None:
    rule = item(id_).material(code)
    assert rule is not None
    assert rule.if_it_still_exists
    assert missing(id_, choices=chosen(variant="reissue")) == {"application-form", "identity-proof"}


@pytest.mark.requirement("R-221")
def test_calls_for_help_are_taken_at_any_hour() -> None:
    hours = text("002-15").hours
    assert hours != "unknown"
    assert hours.always


@pytest.mark.requirement("R-177")
def test_how_long_a_new_driving_licence_is_valid_follows_the_points() -> None:
    """R-177."""
    ten, ever, other = (
        holding(text("002-23").results, chosen(*clean))[0]
        for clean in (("six-years-clean",), ("ten-years-clean",), ())
    )
    assert ten.validity != "unknown"
    assert ten.validity.span is not None
    assert ten.validity.span.n == 10
    assert ever.validity != "unknown"
    assert ever.validity.long_term
    assert other.validity == "unknown"


def test_everything_has_an_english_name_that_is_marked_as_ours() -> None:
    for one in all_of(*MINE):
        named = [m.name_en for m in listed(one.materials)] + [one.name_en]
        named += [fact.name_en for fact in one.facts] + [line.name_en for line in one.fee.lines]
        named += [choice.name_en for group in one.situations for choice in group.choices]
        named += [result.name_en for result in one.results]
        assert all(named), one.id
        assert one.name_en
