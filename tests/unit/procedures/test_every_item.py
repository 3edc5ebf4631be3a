"""Every offered item, from its definition alone, against the deciders of three services.

A conforming application to its last stage; one with everything wrong, all of it in one answer; one
refused with reasons, basis and appeal. Each with its clocks, their derivation, and its notices.
"""

from datetime import UTC, datetime

import pytest

from services.intake.application.submission import ApplicationFaulty, ItemNotOffered
from services.notify.words.table import NOTICES, words_of
from shared.case import Case, Rules, owed, status
from shared.case.intake.acceptance import CaseAccepted
from shared.case.intake.supplement import SupplementRequested
from shared.case.next.position import happened
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.rules.remedies import remedy_of
from shared.clock import Calendars, explain, packaged_calendars
from shared.clock.calendar.packaged import Announced
from shared.clock.counting.limits import COMPUTABLE
from tests.support.commands import at_intake, intake
from tests.support.walking import MOST_STEPS, Walk, a_material, application, open_at

START = datetime(2026, 9, 25, 4, 0, tzinfo=UTC)  # a Friday at noon, before the autumn holiday
CATALOGUE = packaged_catalogue()
OFFERED = [item for item in CATALOGUE.items() if item.text.offered]
APPLIED_FOR = [item for item in OFFERED if item.text.initiated_by == "applicant"]
each = pytest.mark.parametrize("item", OFFERED, ids=lambda item: item.id)


def rules_for(item: Item) -> Rules:
    """The packaged rules, with every outside event that a window waits for announced."""
    needs = [name for rule in item.text.windows for name in getattr(rule, "needs", ())]
    announced = [Announced(code, START) for code in needs]
    return Rules(CATALOGUE, Calendars(CALENDARS.layers, announced))


CALENDARS = packaged_calendars()


def walk_of(item: Item) -> Walk:
    rules = rules_for(item)
    return Walk(item, rules, open_at(item, rules, START))


def test_all_that_is_offered_is_walked() -> None:
    assert len(OFFERED) == 296


@each
def test_a_conforming_application_comes_to_its_last_stage(item: Item) -> None:
    walk = walk_of(item)
    walk.submit()
    walk.to_the_end()
    assert status(walk.case) == "closed"
    assert walk.case.outcome in {"delivered", "completed"}
    assert owed(walk.case) == ()
    assert {stage.code for stage in walk.case.stages if stage.is_step} == set(walk.case.steps)
    assert all(done.outcome == "passed" for done in walk.case.steps.values())
    assert not walk.case.making
    assert not walk.case.paused
    assert len(walk.seen) < MOST_STEPS
    _every_limit_that_began_is_explained(walk)
    _every_notice_has_its_words(walk)


def _every_limit_that_began_is_explained(walk: Walk) -> None:
    """Each date on the case is the one that its derivation ends with."""
    limits = {due.limit: due for due in walk.case.limits}
    calendar = walk.rules.calendar_of(walk.item)
    accepted = next(fact for fact in walk.facts if isinstance(fact, CaseAccepted))
    assert {due.limit for due in accepted.due} <= set(limits)
    for name, rule in walk.rules.limits_of(walk.case).items():
        started = happened(walk.case, rule.start_event)
        if rule.kind not in COMPUTABLE or started is None:
            continue
        assert name in limits, f"{name} began and is not on the case"
        if walk.case.pauses:
            continue  # told by the clock's own tests, with pauses
        hours = walk.item.text.hours
        table = None if isinstance(hours, str) else hours.table()
        why = explain(rule, started.at, calendar, hours=table)
        assert why.due.date == limits[name].due
        assert why.sentences()


def _every_notice_has_its_words(walk: Walk) -> None:
    told = [fact for fact in walk.facts if type(fact) in NOTICES]
    for fact in told:
        words = words_of(fact, walk.case, walk.item)
        assert "{" not in words.zh + words.en


@each
def test_everything_that_is_wrong_is_said_in_one_answer(item: Item) -> None:
    walk = walk_of(item)
    fine = application(item, walk.rules, walk.now)
    wrong = intake.SubmitCase(
        item=item.id,
        channel="pigeon",
        delivery="pigeon",  # type: ignore[arg-type]
        contact=(),
        materials=(*fine.materials, a_material("no-such-material")),
        sealed=(),
        declared=False,
        subject="5ab1ec7",
        portal="portal-1",
        variant="no-such-variant",
        situations=("no-such-situation",),
        answers={"no-such-fact": 1},
        representation="stranger",
        options=("no-such-line",),
    )
    if item.text.initiated_by != "applicant":
        with pytest.raises(ItemNotOffered) as refusal:
            at_intake(Case(id="c1"), wrong, walk.rules, walk.now)
        assert refusal.value.fields["initiated_by"] == item.text.initiated_by
        return
    with pytest.raises(ApplicationFaulty) as faulty:
        at_intake(Case(id="c1"), wrong, walk.rules, walk.now)
    told = {fault["code"] for fault in faulty.value.fields["faults"]}  # type: ignore[attr-defined]
    expected = {
        "channel-not-offered",
        "declaration-missing",
        "contact-missing",
        "variant-unknown",
        "situation-unknown",
        "fact-unknown",
        "material-unknown",
        "option-unknown",
    }
    if any(way.when is None for way in item.text.delivery):
        expected.add("delivery-not-offered")
    if item.text.representation != "unknown":
        expected.add("representation-unknown")
    assert expected <= told


@pytest.mark.requirement("R-031")
@pytest.mark.parametrize("item", APPLIED_FOR, ids=lambda item: item.id)
def test_what_is_missing_is_asked_for_once_and_completely(item: Item) -> None:
    walk = walk_of(item)
    fine = application(item, walk.rules, walk.now)
    walk.submit(materials=())
    walk.until("supplement").until("review-opening")
    asked = [fact for fact in walk.facts if isinstance(fact, SupplementRequested)]
    given = {material.code for material in fine.materials}
    if not given:
        assert asked == []
    for fact in asked:
        assert {one.code for one in fact.missing} == given
        assert fact.basis


@each
def test_a_refusal_has_reasons_basis_and_the_way_to_appeal(item: Item) -> None:
    walk = walk_of(item)
    walk.submit()
    walk.refuse = True
    walk.to_the_end()
    if item.text.review.decided_by == "system":  # what does not pass makes no case
        assert (walk.case.outcome, walk.case.refusal) == ("completed", None)
        assert walk.case.officer is None
        return
    assert walk.case.refusal is not None
    refusal = walk.case.refusal.fact
    assert walk.case.outcome == "refused"
    assert refusal.reasons
    assert all(reason.text for reason in refusal.reasons)
    assert refusal.legal_basis
    assert refusal.appeal_body == remedy_of(item.text).body
    assert refusal.appeal_deadline > refusal.appeal_deadline.fromisoformat("2026-09-25")
    _every_notice_has_its_words(walk)


def test_nothing_of_one_item_is_in_the_code() -> None:
    """No `if item == …`: an item's id appears in data, tests and docs alone."""
    import re  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    root = Path(__file__).parents[3]
    named = re.compile(r"[\"']00[0-4]-R?[0-9]{1,3}[\"']")
    found = [
        f"{path.relative_to(root)}:{n}"
        for folder in ("shared", "services")
        for path in (root / folder).rglob("*.py")
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    ]
    assert found == []
