"""Moving an open case to a newer edition: what it gains it gets, what it has it keeps.

One test for each rule of `services.intake.migration.move.RULES`; those of an office stand in
test_migration_offices.py.
"""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.acceptance.accepting import SettleCase
from services.intake.acceptance.supplement import ProvideSupplement
from services.intake.acceptance.supplement_request import missing
from services.intake.migration.move import RULES
from services.intake.migration.moving import MigrateCase
from services.intake.migration.staying import STAYS, stays
from services.intake.topics import INTAKE
from services.notify.words.dates import day_zh
from services.notify.words.table import NOTICES, words_of
from services.review.topics import REVIEW
from services.review.verdict import RefuseCase
from shared.case import Case, Fact
from shared.case.deciding.limits_begun import after, settled
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Grant
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.fee import FeeAssessed
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.supplement import SupplementRequested
from shared.case.review.limits import ClockPaused, DeadlineMissed, LimitExtended, LimitRestarted
from shared.case.review.verdict import CaseApproved
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.catalogue import Edition
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.outcome import (
    AcceptanceRule,
    Modifier,
    RemedyBody,
    RemedyRule,
    ReviewRule,
)
from shared.catalogue.editions.carrying import no_worse
from shared.clock import Extension
from tests.support.commands import at_intake as decide
from tests.support.given import (
    START,
    a_due_date,
    accepted,
    assessed,
    findings,
    given,
    history,
    opened,
    paid,
    proposed,
    register,
    rules,
    submitted,
    under_review,
)
from tests.support.migration_given import (
    ACCEPTANCE,
    BASE,
    HOUR,
    NEW,
    PHOTO,
    PROMISED,
    REGISTER,
    STATUTORY,
    command,
    dues,
    editions,
    kept,
    moved,
    promise,
    really_accepted,
)

ROOT = Path(__file__).parents[3]


# --- what is better is taken


def test_a_shorter_promise_is_taken_and_told() -> None:
    using = editions(limits=promise(n=10))
    before = history(*really_accepted(using))
    case, event = moved(*really_accepted(using), opened(), using=using)
    assert case.pin == command(using).pin
    assert event.kept == ()
    assert dues(case)["promised"] < dues(before)["promised"]  # type: ignore[operator]
    assert dues(case)["statutory"] == dues(before)["statutory"]
    days = [dues(one)["promised"] for one in (case, before)]
    assert event.changes == (
        "The limit promised is shorter: 10 working days instead of 15 working days.",
        f"The limit promised is due on {days[0]} instead of {days[1]}.",
    )
    words = words_of(event, case, using.item_of(case))
    assert f"预计于{day_zh(dues(case)['promised'])}前办结" in words.zh
    assert "Nothing that you were entitled to is taken away" in words.en
    assert NOTICES[CaseMigrated].told(event)


def test_a_lower_fee_is_owed_where_none_was_paid() -> None:
    (line,) = BASE.text.fee.lines
    cheaper = replace(BASE.text.fee, lines=(replace(line, amount_fen=2000),), refund_on=())
    using = editions(fee=cheaper)
    then = given(submitted(), assessed(), using=using).when(decide, command(using))
    event, fee = then.facts
    assert isinstance(fee, FeeAssessed)
    assert (fee.amount_fen, fee.pay_by) == (2000, assessed().pay_by)
    assert fee.refund_on == assessed().refund_on
    assert isinstance(event, CaseMigrated)
    assert event.changes == ("The fee is 20.00 yuan instead of 40.00 yuan.",)
    words = words_of(event, after(history(submitted(), assessed()), then.facts, HOUR), BASE)
    assert "20.00" in words.zh


def test_a_fee_that_is_gone_lets_the_case_go_on() -> None:
    using = editions(fee=replace(BASE.text.fee, state="none", lines=()))
    case, _ = moved(submitted(), assessed(), using=using)
    assert case.fee_paid
    (fact,) = decide(case, SettleCase(), using, HOUR)
    assert isinstance(fact, CaseAccepted)
    settles = next(one for one in INTAKE.reactions if one.name == "intake.settle")
    assert CaseMigrated.TYPE in settles.types  # nothing but the move tells that it may go on


def test_a_material_that_is_no_longer_asked_for_is_not_waited_for() -> None:
    using = editions(materials="none")
    case, event = moved(submitted(complete=False), assessed(), paid(), using=using)
    assert missing(case, using) == ()
    assert event.changes == ("居民户口簿 is no longer asked for.",)


def test_an_edition_that_changes_nothing_for_the_case_is_not_told() -> None:
    using = editions(hotlines="unknown", channels=("online", "counter"))
    case, event = moved(submitted(), assessed(), using=using)
    assert (event.changes, event.kept) == ((), ())
    assert case.pin == command(using).pin
    assert not NOTICES[CaseMigrated].told(event)


def test_a_procedure_with_fewer_stages_is_taken_before_the_acceptance() -> None:
    inspected = (*BASE.text.modifiers, Modifier(kind="inspection"))
    using = editions({"modifiers": inspected}, modifiers=BASE.text.modifiers)
    was = using.catalogue.pinned(BASE.hash)
    first = submitted(stages=using.stages(was, choices_of(history(submitted())), "post"))
    assert any(stage.code == "inspection" for stage in first.stages)
    case, event = moved(first, assessed(), using=using)
    assert all(stage.code != "inspection" for stage in case.stages)
    assert (event.kept, event.stages) == ((), case.stages)


# --- what would be less is held back, each by its rule


@pytest.mark.parametrize(
    "worse",
    [
        {"n": 20},
        {"exclusions": frozenset({"inspection"})},
        {"extension": Extension(n=5)},
        {"start_event": "paid"},
        {"end_event": "decided"},
        {"unit": "months", "n": 1},
        {"kind": "none", "n": None, "unit": None, "note": "no date"},
    ],
    ids=lambda worse: next(iter(worse)),
)
def test_a_limit_that_could_end_later_stays(worse: dict[str, Any]) -> None:
    using = editions(limits=promise(**worse))
    facts = really_accepted(using)
    case, event = moved(*facts, using=using)
    assert kept(event) == {"limit:promised": "limit-not-later"}
    assert case.due == history(*facts).due
    assert event.changes == ()
    assert using.limits_of(case)["promised"] == PROMISED


def test_a_limit_that_is_gone_stays() -> None:
    using = editions(limits=(STATUTORY, ACCEPTANCE))
    facts = really_accepted(using)
    case, event = moved(*facts, using=using)
    assert kept(event) == {"limit:promised": "limit-gone"}
    assert case.due == history(*facts).due


def test_a_special_promise_does_not_stand_in_for_a_better_general_one() -> None:
    special = replace(PROMISED, name="promised-online", n=30, when=When(channel=("online",)))
    using = editions(limits=(PROMISED, special, STATUTORY, ACCEPTANCE))
    for facts in (really_accepted(using), [submitted(), assessed()]):
        case, event = moved(*facts, using=using)
        assert kept(event) == {"limits": "limits-together", "limit:promised": "limit-gone"}
        assert case.due == history(*facts).due
        assert using.limits_of(case).keys() == {"promised", "statutory"}


def test_a_date_is_never_later_than_was_told() -> None:
    """The rule became shorter, and a calendar that was loaded since would still move its end."""
    using = editions(limits=promise(n=14))
    told = replace(accepted(), due=(a_due_date(day=12), a_due_date("statutory", drives=False)))
    case, event = moved(submitted(), assessed(), paid(), told, using=using)
    assert kept(event) == {"limit:promised": "date-not-later"}
    assert case.due == told.due


def test_a_shorter_limit_that_would_be_over_is_not_applied() -> None:
    using = editions(limits=promise(n=2))
    facts = really_accepted(using)
    case, event = moved(*facts, using=using, at=START + timedelta(days=14))
    assert kept(event) == {"limit:promised": "not-in-the-past"}
    assert case.due == history(*facts).due


@pytest.mark.parametrize(
    "happened",
    [
        DeadlineMissed(limit="promised", due=date(2026, 10, 22), due_at=a_due_date().due_at),
        LimitExtended(
            limit="promised", officer="s", approved_by="b", reason="other", due=accepted().due
        ),
        LimitRestarted(limit="promised", officer="s", rule="law", due=accepted().due),
        ClockPaused(cause="inspection", limits=("promised",)),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_limit_to_which_something_happened_stays(happened: Fact) -> None:
    before = promise(extension=Extension(n=5), restartable=True)
    using = editions({"limits": before}, limits=promise(n=10, restartable=True))
    case, event = moved(*really_accepted(using), opened(), happened, using=using)
    assert kept(event) == {"limit:promised": "limit-settled"}
    assert dues(case)["promised"] == date(2026, 10, 22)


def test_a_limit_that_has_ended_stays_ended() -> None:
    by_decision = replace(PROMISED, end_event="accepted-by-somebody")
    case = history(*under_review())
    assert settled(case, "promised") == ""
    ended = replace(case, ends={"promised": "accepted"})
    assert settled(ended, "promised") == "has ended"
    assert not no_worse(PROMISED, by_decision)


def test_days_are_counted_as_before() -> None:
    using = editions(calendar="chongqing", hours="unknown")
    case, event = moved(*really_accepted(using), using=using)
    assert kept(event) == {"calendar": "same-calendar"}
    assert using.item_of(case).text.calendar == "xinjiang"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"modifiers": (*BASE.text.modifiers, Modifier(kind="inspection"))}, "no-new-stage"),
        ({"acceptance": AcceptanceRule(decided_by="officer")}, "no-new-stage"),
        ({"results": (replace(BASE.text.results[0], code="card"),)}, "same-result"),
        ({"results": (replace(BASE.text.results[0], scheme="other"),)}, "same-result"),
    ],
    ids=["stage", "acceptance", "result", "scheme"],
)
def test_a_procedure_that_asks_more_or_grants_less_is_not_taken(
    changes: dict[str, Any], rule: str
) -> None:
    using = editions(**changes)
    case, event = moved(submitted(), assessed(), using=using)
    assert kept(event) == {"procedure": rule}
    assert case.stages == history(submitted()).stages
    assert using.results_of(case) == BASE.text.results


def test_an_accepted_case_keeps_its_stages_results_and_criteria() -> None:
    review = ReviewRule(criteria=BASE.text.review.criteria[:1], second_person=True)
    using = editions(modifiers=(), review=review)
    case, event = moved(*under_review(), using=using)
    assert kept(event) == {"procedure": "accepted-procedure"}
    assert case.accepted == history(*under_review()).accepted
    assert case.stages == history(*under_review()).stages
    assert using.item_of(case).text.review == BASE.text.review


@pytest.mark.parametrize("complete", [True, False])
def test_nothing_new_is_demanded(complete: bool) -> None:  # noqa: FBT001 (a parameter)
    using = editions(materials=(REGISTER, PHOTO))
    case, event = moved(submitted(complete=complete), assessed(), paid(), using=using)
    assert kept(event) == {"materials": "nothing-new-demanded"}
    assert "照片" in event.kept[0].text
    (fact,) = decide(case, SettleCase(), using, HOUR)
    if complete:
        assert isinstance(fact, CaseAccepted)
    else:
        assert isinstance(fact, SupplementRequested)
        assert [one.code for one in fact.missing] == ["household-register"]


def test_what_was_answered_after_a_move_is_enough() -> None:
    """The one request named one thing; the answer is not held against another list (R-031)."""
    using = editions(materials=(PHOTO,))
    facts = [submitted(complete=False), assessed(), paid()]
    asked_for = given(*facts, using=using).when(decide, SettleCase()).facts
    case, _ = moved(*facts, *asked_for, using=using)
    provided = decide(case, ProvideSupplement(materials=(register(),)), using, HOUR)
    case = after(case, provided, HOUR)
    (fact,) = decide(case, SettleCase(), using, HOUR)
    assert not isinstance(fact, CaseNotAccepted)


def test_an_alternative_that_was_handed_in_stays_good() -> None:
    pair = (replace(REGISTER, one_of="who"), replace(PHOTO, one_of="who"))
    using = editions({"materials": pair}, materials=(replace(PHOTO, one_of="who"),))
    case, _ = moved(submitted(), assessed(), paid(), using=using)
    assert missing(case, using) == ()


def test_the_applicants_time_is_never_shorter() -> None:
    shorter = replace(BASE.text.supplement, n=3)
    remedy = RemedyRule(kind="reconsideration", days=15, bodies=(RemedyBody(body="another body"),))
    using = editions(supplement=shorter, remedy=remedy)
    case, event = moved(submitted(complete=False), assessed(), paid(), using=using)
    rule = "applicant-time-not-shorter"
    assert kept(event) == {"supplement": rule, "appeal": rule}
    (fact,) = decide(case, SettleCase(), using, HOUR)
    (as_before,) = decide(
        history(submitted(complete=False), assessed(), paid()), SettleCase(), using, HOUR
    )
    assert fact.due_at == as_before.due_at
    case, _ = moved(*under_review(), proposed(met := False, met), using=using)  # type: ignore[arg-type]
    (refused,) = REVIEW.decide(
        case,
        RefuseCase(
            officer="staff-2",
            own_subject="",
            reasons=tuple(one.criterion for one in findings()),
            legal_basis=("law",),
        ),
        using,
        HOUR,
    )
    assert refused.appeal_deadline == date(2026, 9, 25) + timedelta(days=60)
    assert refused.appeal_body == "another body"


def test_a_request_that_was_made_keeps_its_end() -> None:
    using = editions(supplement=replace(BASE.text.supplement, n=3))
    facts = [submitted(complete=False), assessed(), paid()]
    asked_for = given(*facts, using=using).when(decide, SettleCase()).facts
    case, _ = moved(*facts, *asked_for, using=using)
    assert case.supplement == history(*facts, *asked_for).supplement


@pytest.mark.parametrize(
    ("facts", "amount", "rule"),
    [
        ([submitted(), assessed()], 5000, "fee-not-raised"),
        ([submitted(), assessed(0)], 5000, "fee-not-raised"),
        ([submitted(), assessed(), paid()], 2000, "fee-paid"),
    ],
    ids=["raised", "free", "paid"],
)
def test_a_fee_that_was_assessed_or_paid_stays(facts: list[Fact], amount: int, rule: str) -> None:
    (line,) = BASE.text.fee.lines
    using = editions(fee=replace(BASE.text.fee, lines=(replace(line, amount_fen=amount),)))
    case, event = moved(*facts, using=using)
    assert kept(event) == {"fee": rule}
    assert case.fee == history(*facts).fee


# --- a case that stays where it is


@pytest.mark.parametrize(
    ("facts", "changes", "rule"),
    [
        ([submitted(), assessed()], {"offered": False}, "not-offered"),
        ([submitted(), assessed()], {"delivery": ()}, "choices"),
        ([submitted(), assessed()], {"initiated_by": "authority"}, "choices"),
        (
            [
                *under_review(),
                proposed(),
                CaseApproved(
                    officer="s", findings=findings(), grants=(Grant(grant=1, result="x"),)
                ),
            ],
            {"limits": promise(n=3)},
            "decided",
        ),
    ],
    ids=["not-offered", "delivery", "initiator", "decided"],
)
def test_a_case_stays_whole(facts: list[Fact], changes: dict[str, Any], rule: str) -> None:
    using = editions(**changes)
    given(*facts, using=using).when(decide, command(using)).nothing()
    why = stays(history(*facts), command(using).pin, using)
    assert why is not None
    assert why.rule == rule
    assert why.text.startswith(STAYS[rule])


def test_the_same_edition_an_older_version_and_an_unknown_one_move_nothing() -> None:
    case = history(submitted(), assessed())
    here = command(rules()).pin
    assert stays(case, here, rules()).rule == "same-edition"  # type: ignore[union-attr]
    older = Edition(version="2020.1", hash="a" * 64, items={})
    catalogue = Catalogue([BASE], version=here.version, versions=[older])
    using = replace(rules(), catalogue=catalogue)
    back = replace(here, version="2020.1", item_hash=NEW)
    assert stays(case, back, using).rule == "older-version"  # type: ignore[union-attr]
    ahead = replace(here, version="2030.1", item_hash=NEW)
    assert stays(case, ahead, using).rule == "item-gone"  # type: ignore[union-attr]
    assert stays(Case(), here, rules()).rule == "not-open"  # type: ignore[union-attr]


def test_a_second_move_keeps_what_the_first_one_kept() -> None:
    using = editions(limits=promise(n=20))
    facts = really_accepted(using)
    case, _ = moved(*facts, using=using)
    third = Item(replace(BASE.text, limits=promise(n=18)), "f" * 64)
    catalogue = Catalogue(
        [third], version="third", former=[using.catalogue.pinned(h) for h in (BASE.hash, NEW)]
    )
    again = replace(using, catalogue=catalogue)
    pin = again.pin_of(third)
    then = decide(case, MigrateCase(pin=pin, reason="again"), again, HOUR)
    case = after(case, then, HOUR)
    assert again.limits_of(case)["promised"] == PROMISED
    assert [move.fact.to_pin.version for move in case.moves] == ["later", "third"]


def test_a_move_needs_a_reason() -> None:
    _, event = moved(submitted(), assessed(), using=editions(aliases=("x",)))
    with pytest.raises(ValueError, match="needs reason"):
        replace(event, reason=" ")


def test_every_rule_is_told_and_tried() -> None:
    here = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_migration*"))
    page = (ROOT / "docs/adr/0009-open-cases-move.md").read_text("utf-8")
    room = sorted((ROOT / "services/intake/migration").glob("*.py"))
    source = "".join(one.read_text("utf-8") for one in room)
    used = set(re.findall(r'rule="([a-z-]+)"', source)) | {"fee-not-raised", "fee-paid"}
    assert used == set(RULES)
    for name in RULES:
        assert f'"{name}"' in here, name
        assert f"`{name}`" in page, name
