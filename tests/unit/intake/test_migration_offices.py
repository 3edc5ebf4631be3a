"""Moving a case that an office has: its limits never become longer, its number stays (R-087)."""

from typing import Any

import pytest

from services.intake.acceptance.accepting import SettleCase
from services.intake.migration.staying import STAYS, stays
from shared.case import Fact, Rules
from shared.case.deciding.limits_begun import after
from shared.case.facts.parts import Office as Recorded
from shared.case.intake.acceptance import CaseAccepted
from shared.catalogue.definition.outcome import Office
from shared.clock import Limit, Variant
from tests.support.commands import at_intake as decide
from tests.support.given import assessed, given, history, paid, submitted
from tests.support.migration_given import HOUR, command, editions, kept, moved, promise


def of(days: int | None, code: str = "far") -> tuple[Office, ...]:
    """An office with this number of its own, and one like everywhere."""
    own = Office(code=code, name="远点", limit_variant="remote", limit_days=days)
    return (own, Office(code="near", name="近点"))


REMOTE_30 = {"remote": Variant(n=30, maximum=True)}


def remote(most: int) -> dict[str, Any]:
    """A promise of 15 days, at a remote office at most so many, and 10 after a miss."""
    then = limit_after_a_miss(most - 20)
    variants = {"remote": Variant(n=most, maximum=True)}
    return {"limits": promise(variants=variants, follow_up=then)}


def limit_after_a_miss(most: int) -> Limit:
    return Limit(
        name="follow-up",
        kind="period",
        n=3,
        unit="working_days",
        start_event="limit-missed",
        end_event="handed-over",
        variants={"remote": Variant(n=most, maximum=True)},
    )


def at_far(using: Rules) -> list[Fact]:
    """Accepted by the rules at the office that was applied to."""
    facts: list[Fact] = [submitted(office="far"), assessed(), paid()]
    return [*facts, *given(*facts, using=using).when(decide, SettleCase()).facts]


@pytest.mark.parametrize("days", [20, 28, None], ids=["less", "more", "all"])
def test_an_accepted_case_keeps_the_number_of_its_office(days: int | None) -> None:
    """Given a case accepted where the office sets 25 of 30, whatever it sets later: 25."""
    using = editions({**remote(30), "offices": of(25)}, offices=of(days))
    facts = at_far(using)
    case, event = moved(*facts, using=using)
    assert (event.kept, case.due) == ((), history(*facts).due)
    rule = using.limits_of(case)["promised"]
    assert rule.follow_up is not None
    assert (rule.n, rule.follow_up.n) == (25, 10)
    gone, event = moved(
        *facts, using=editions({**remote(30), "offices": of(25)}, offices="unknown")
    )
    assert (event.kept, gone.due) == ((), case.due)


@pytest.mark.parametrize(
    ("most", "n", "held"), [(40, 30, {"limit:promised": "limit-not-later"}), (26, 26, {})]
)
def test_the_most_that_an_office_may_set_never_grows_for_an_open_case(
    most: int, n: int, held: dict[str, str]
) -> None:
    using = editions({**remote(30), "offices": of(None)}, **remote(most), offices=of(None))
    for facts in (at_far(using), [submitted(office="far"), assessed()]):
        case, event = moved(*facts, using=using)
        assert (kept(event), using.limits_of(case)["promised"].n) == (held, n)


@pytest.mark.parametrize(("after_miss", "held"), [(12, ["limit:promised"]), (10, []), (8, [])])
def test_what_a_miss_starts_never_grows_either(after_miss: int, held: list[str]) -> None:
    """Given 10 days after a miss, when the next edition gives 12, then it stays; 8 are taken."""
    later = {"limits": promise(variants=REMOTE_30, follow_up=limit_after_a_miss(after_miss))}
    using = editions({**remote(30), "offices": of(None)}, **later, offices=of(None))
    case, event = moved(*at_far(using), using=using)
    rule = using.limits_of(case)["promised"]
    assert rule.follow_up is not None
    assert (list(kept(event)), rule.follow_up.n) == (held, min(after_miss, 10))


@pytest.mark.parametrize(
    ("days", "then", "n", "held"),
    [
        (25, 28, 25, {"office": "office-not-later"}),
        (25, None, 25, {"office": "office-not-later"}),
        (25, 8, 8, {}),
        (None, 25, 25, {}),
    ],
)
def test_before_the_acceptance_an_office_can_only_set_itself_less(
    days: int | None, then: int | None, n: int, held: dict[str, str]
) -> None:
    using = editions({**remote(30), "offices": of(days)}, offices=of(then))
    case, event = moved(submitted(office="far"), assessed(), using=using)
    assert (kept(event), using.limits_of(case)["promised"].n) == (held, n)
    told = f"The limit promised is shorter: {n} working days instead of {days or 30} working days."
    assert event.changes == (() if held else (told,))
    paid_up = after(case, [paid()], HOUR)
    (accepted_then,) = decide(paid_up, SettleCase(), using, HOUR)
    assert isinstance(accepted_then, CaseAccepted)
    assert accepted_then.office == Recorded(code="far", variant="remote", days=min(n, then or n))


def test_an_office_that_becomes_another_kind_takes_no_longer_by_either_edition() -> None:
    """Given 25 of 30 days, when it becomes an island office of 20, and those get 40: 25."""
    was, now = (
        {"remote": Variant(n=30, maximum=True), "island": Variant(n=n, maximum=True)}
        for n in (20, 40)
    )
    island = (Office(code="far", name="岛点", limit_variant="island"),)
    before = {"limits": promise(variants=was), "offices": of(25)}
    using = editions(before, limits=promise(variants=now), offices=island)
    case, event = moved(submitted(office="far"), assessed(), using=using)
    assert kept(event) == {"office": "office-not-later"}
    assert using.limits_of(case)["promised"].n == 25


def test_an_office_that_becomes_an_ordinary_one_gives_the_ordinary_limit() -> None:
    """Given 25 of 30 days before the acceptance, when it is remote no more: the shorter limit."""
    ordinary = (Office(code="far", name="远点"),)
    using = editions({**remote(30), "offices": of(25)}, offices=ordinary)
    case, event = moved(submitted(office="far"), assessed(), using=using)
    assert (kept(event), using.limits_of(case)["promised"].n) == ({}, 15)


@pytest.mark.parametrize(("most", "held"), [(25, {}), (40, {"limit:promised": "limit-not-later"})])
def test_what_other_offices_may_set_is_held_only_where_it_grows(
    most: int, held: dict[str, str]
) -> None:
    """A case without an office may still be taken by a remote one: it must not become longer."""
    using = editions(remote(30), **remote(most))
    _, event = moved(submitted(), assessed(), using=using)
    assert kept(event) == held


def test_an_office_that_is_gone_keeps_an_application_where_it_is() -> None:
    using = editions({**remote(30), "offices": of(25)}, offices=of(25, code="other"))
    case = history(submitted(office="far"), assessed())
    why = stays(case, command(using).pin, using)
    assert why is not None
    assert (why.rule, why.text) == ("choices", f"{STAYS['choices']}far.")
    assert stays(history(*at_far(using)), command(using).pin, using) is None
