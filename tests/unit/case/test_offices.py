"""The office of a case, and every variant of a limit in a case that runs (R-087, R-088)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake import view as intake_view
from services.intake.application.application import choices_of as chosen_by
from services.intake.application.offices import OfficeUnknown
from services.intake.application.submission import ApplicationFaulty
from services.progress.standing.answer import view as progress_view
from services.progress.standing.fold import nothing
from services.review import view as review_view
from shared.case import Rules, owed
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Office as Recorded
from shared.case.intake.acceptance import AcceptanceAwaited, CaseAccepted
from shared.case.intake.submission import CaseSubmitted
from shared.case.next.position import moments
from shared.case.review.limits import DeadlineMissed, ReviewLimitsRecomputed
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.definition.outcome import AcceptanceRule, Office
from shared.catalogue.rules.limits_of_item import Question, ask
from shared.catalogue.rules.offices import every_limit
from shared.clock import Variant
from tests.support.commands import at_intake, at_review, intake, review
from tests.support.given import rules
from tests.support.walking import OFFICER, Walk, application, open_at

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday
PERMIT, SIGNED_ANEW, CARD, HOTEL, ORDERED = "001-01", "001-09", "004-076", "000-09", "001-14"
NEAR = Office(code="near", name="近点")
FAR = Office(code="far", name="远点", limit_variant="remote")
OWN = Office(code="own", name="自定点", limit_variant="remote", limit_days=12)
SHORT = Office(code="short", name="快点", limit_variant="remote", limit_days=7)
HALL = Office(code="hall", name="大厅", does=("decide",))
OFFICES = (NEAR, FAR, OWN, SHORT, HALL, Office(name="未编号的点"))
CHOOSABLE = ["near", "far", "own", "short"]


def using(item_id: str, **changes: Any) -> Rules:
    """The packaged rules, where this one item has offices and what else is changed."""
    item = rules().catalogue.item(item_id)
    changed = Item(replace(item.text, **{"offices": OFFICES, **changes}), item.hash)
    return replace(rules(), catalogue=Catalogue([changed], version="with offices"))


def begun(item_id: str = PERMIT, office: str = "", *, also: Any = None, **wish: Any) -> Walk:
    """A case of the item that was applied for at the office."""
    these = using(item_id, **(also or {}))
    item = these.catalogue.item(item_id)
    walk = Walk(item, these, open_at(item, these, START))
    asked = replace(application(item, these, walk.now), office=office, **wish)
    ways = [way.kind for way in holding(item.text.delivery, chosen_by(asked))]
    walk.do(at_intake, replace(asked, delivery=ways[0]) if "channel" in wish else asked)
    return walk


def to_acceptance(walk: Walk) -> CaseAccepted:
    while not isinstance(walk.facts[-1], CaseAccepted):
        step = walk.next()
        assert step is not None
        walk.act(step)
    return walk.facts[-1]


def days(walk: Walk, limit: str) -> int:
    """How many working days the limit of the case has, from its start event to its due date."""
    due = next(one.due for one in walk.case.due if one.limit == limit)
    rule = walk.rules.limits_of(walk.case)[limit]
    start = moments(walk.case, frozenset({rule.start_event}))[rule.start_event]
    calendar = walk.rules.calendar_of(walk.item)
    assert due is not None
    return calendar.working_up_to(due.toordinal()) - calendar.working_up_to(
        start.date().toordinal()
    )


# --- the office decides


@pytest.mark.requirement("R-087")
@pytest.mark.parametrize(
    ("office", "recorded", "n", "follows"),
    [
        ("", None, 5, 3),
        ("near", Recorded(code="near"), 5, 3),
        ("far", Recorded(code="far", variant="remote"), 15, 10),
        ("own", Recorded(code="own", variant="remote", days=12), 12, 10),
        ("short", Recorded(code="short", variant="remote", days=7), 7, 7),
    ],
)
def test_a_remote_office_has_its_own_time_and_its_own_after_a_miss(
    office: str, recorded: Recorded | None, n: int, follows: int
) -> None:
    """Given 5 working days and at most 15 at a remote office, a miss 3 or at most 10."""
    walk = begun(office=office)
    (submitted,) = [one for one in walk.facts if isinstance(one, CaseSubmitted)]
    assert submitted.office == office
    accepted = to_acceptance(walk)
    assert accepted.office == recorded
    assert accepted.due == walk.case.due
    assert walk.case.office == office
    assert days(walk, "statutory") == n
    walk.until("assignment")
    (step,) = [one for one in owed(walk.case) if one.step == "limit:statutory"]
    walk.now = step.due_at
    missed, again = walk.do(at_review, review.FireTimer(step=step.step, version=step.version))
    assert isinstance(missed, DeadlineMissed)
    assert isinstance(again, ReviewLimitsRecomputed)
    calendar = walk.rules.calendar_of(walk.item)
    due = {one.limit: one.due for one in again.due}
    first, then = due["statutory"], due["follow-up"]
    assert first is not None
    assert then is not None
    counted = calendar.working_up_to(then.toordinal()) - calendar.working_up_to(first.toordinal())
    assert counted == follows


def test_the_officer_may_name_the_office_at_the_acceptance() -> None:
    walk = begun(office="near").until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    wish = intake.AcceptCase(office="own", **OFFICER)
    (accepted,) = walk.do(at_intake, wish)
    assert isinstance(accepted, CaseAccepted)
    assert accepted.office == Recorded(code="own", variant="remote", days=12)
    assert (walk.case.office, days(walk, "statutory")) == ("own", 12)
    assert walk.do(at_intake, replace(wish, office="far")) == []


@pytest.mark.parametrize("code", ["moon", "hall"])
def test_an_unknown_office_is_refused_with_those_there_are(code: str) -> None:
    walk = begun(office="near").until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    with pytest.raises(OfficeUnknown, match="Choose one of: 近点, 远点, 自定点, 快点") as refusal:
        walk.do(at_intake, intake.AcceptCase(office=code, **OFFICER))
    assert refusal.value.fields["choices"] == CHOOSABLE
    assert "acceptance" in refusal.value.actions
    assert walk.case.accepted is None


def test_an_acceptance_by_the_rules_has_the_office_that_was_applied_to() -> None:
    walk = begun(office="own", also={"acceptance": AcceptanceRule(decided_by="system")})
    accepted = to_acceptance(walk)
    assert accepted.automatic
    assert accepted.office == Recorded(code="own", variant="remote", days=12)


def test_an_acceptance_by_silence_has_the_office_that_was_applied_to() -> None:
    """Given a licence whose acceptance takes a remote office 8 days, when nobody says anything."""
    text = rules().catalogue.item(HOTEL).text
    most = {"remote": Variant(n=8, maximum=True)}
    limits = tuple(replace(one, variants=most) for one in text.limits)
    walk = begun(HOTEL, "far", also={"limits": limits}).until("deemed-acceptance")
    awaited = walk.facts[-1]
    assert isinstance(awaited, AcceptanceAwaited)
    assert {str(one.due) for one in awaited.due} == {"2026-03-12"}, "8 instead of 5 working days"
    (step,) = [one for one in owed(walk.case) if one.step == "deemed-acceptance"]
    walk.now = step.due_at
    (accepted,) = walk.do(at_intake, intake.FireTimer(step=step.step, version=step.version))
    assert isinstance(accepted, CaseAccepted)
    assert accepted.office == Recorded(code="far", variant="remote")


def test_a_later_calendar_counts_with_the_office_too() -> None:
    walk = begun(office="own")
    to_acceptance(walk)
    assert walk.rules.running(walk.case).due == walk.case.due


# --- what was chosen decides


@pytest.mark.parametrize(
    ("item_id", "wish", "limit", "kind"),
    [
        (SIGNED_ANEW, {"variant": "sign-anew"}, "statutory", "same_day"),
        (SIGNED_ANEW, {"variant": "remake"}, "statutory", "period"),
        (CARD, {"channel": "counter"}, "promised", "period"),
        (CARD, {"channel": "bank"}, "promised", "immediate"),
        ("004-080", {"channel": "bank"}, "promised", "immediate"),
    ],
)
def test_a_choice_of_the_application_decides_its_limit(
    item_id: str, wish: dict[str, Any], limit: str, kind: str
) -> None:
    """Given a card that a bank makes at once, when it is applied for there, then it is due then."""
    walk = begun(item_id, **wish)
    assert walk.rules.limits_of(walk.case)[limit].kind == kind
    walk.to_the_end()
    rule = walk.rules.limits_of(walk.case)[limit]
    start = moments(walk.case, frozenset({rule.start_event}))[rule.start_event]
    due = next(one.due for one in walk.case.due if one.limit == limit)
    assert due is not None
    assert (due == start.date()) == (kind != "period")


# --- a running case and `clock due` say the same


def cases() -> list[tuple[str, str, dict[str, Any], str | None]]:
    """Every item with variants of a limit, at every office, and with each of its own choices."""
    found: list[tuple[str, str, dict[str, Any], str | None]] = []
    for item in rules().catalogue.items():
        text = item.text
        names = {name for limit in every_limit(text.limits) for name in limit.variants}
        if not names or not text.offered:
            continue
        found += [(item.id, code, {}, None) for code in ("", *CHOOSABLE)]
        for variant in text.variants:
            found.append((item.id, "", {"variant": variant.code}, variant.code))
        for channel in names.intersection(text.channels):
            found.append((item.id, "", {"channel": channel}, channel))
    return found


def test_the_items_with_variants_are_all_tried() -> None:
    assert {item_id for item_id, *_ in cases()} == {
        "001-01",
        "001-02",
        SIGNED_ANEW,
        "001-10",
        ORDERED,
        CARD,
        "004-080",
    }
    assert {named for *_, named in cases()} == {None, "sign-anew", "remake", "bank"}


@pytest.mark.parametrize(("item_id", "office", "wish", "named"), cases())
def test_a_case_is_due_when_clock_due_says_so(
    item_id: str, office: str, wish: dict[str, Any], named: str | None
) -> None:
    """Each limit of a case that ran to its end, against `clock due --office` or `--variant`."""
    walk = begun(item_id, office, **wish).to_the_end()
    text = walk.rules.item_of(walk.case).text
    calendar = walk.rules.calendar_of(walk.item)
    held = walk.rules.limits_of(walk.case)
    begins = moments(walk.case, frozenset(rule.start_event for rule in held.values()))
    assert walk.case.due
    for one in walk.case.due:
        question = Question(
            start=begins[held[one.limit].start_event],
            limit=one.limit,
            office=office or None,
            variant=named,
            choices=Choices(situations=choices_of(walk.case).situations),
        )
        due = ask(text, question, calendar).due
        assert (one.due, one.due_at) == (due.date, due.due_at), one.limit


# --- an application names an office


def faults(error: ApplicationFaulty | OfficeUnknown) -> dict[str, Any]:
    told: Any = error.fields["faults"]
    return {one["pointer"]: (one["code"], one.get("choices")) for one in told}


def test_an_office_that_cannot_be_chosen_is_one_fault_among_all() -> None:
    with pytest.raises(OfficeUnknown) as alone:
        begun(office="hall")
    assert faults(alone.value) == {"/office": ("unknown-office", CHOOSABLE)}
    with pytest.raises(ApplicationFaulty) as several:
        begun(office="moon", channel="online", declared=False)
    told = faults(several.value)
    assert told["/office"] == ("unknown-office", CHOOSABLE)
    assert set(told) == {"/office", "/channel", "/declared"}
    with pytest.raises(OfficeUnknown, match="The item has no office to choose"):
        begun(office="near", also={"offices": (Office(name="未编号的点"),)})


def test_what_an_authority_begins_names_an_office_of_the_item_too() -> None:
    with pytest.raises(OfficeUnknown):
        begun(ORDERED, "moon")
    walk = begun(ORDERED, "far")
    to_acceptance(walk)
    assert walk.case.office == "far"
    assert days(walk, "issue") == 15


@pytest.mark.parametrize("office", ["", "far"])
def test_whoever_sees_the_case_sees_its_office(office: str) -> None:
    walk = begun(office=office)
    for _ in range(2):
        case = walk.case
        shown = (
            intake_view.view(case, walk.rules),
            review_view.view(case, walk.rules),
            progress_view(replace(nothing(case.id), case=case)),
        )
        assert [one["office"] for one in shown] == [office or None] * len(shown)
        to_acceptance(walk)
        walk.now += timedelta(days=1)
