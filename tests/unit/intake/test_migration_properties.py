"""Whatever a new edition says of its limits, a move never makes a date later."""

from datetime import date, timedelta

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.intake.migration.move import RULES
from shared.case import Case, Recorded, evolve
from shared.case.deciding.limits_begun import anew
from shared.case.review.limits import ReviewLimitsRecomputed
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.editions.carrying import no_worse
from shared.clock import Extension, Pause, due
from shared.clock.calendar.moments import start_of_day
from tests.support.clock_given import national
from tests.support.given import (
    history,
)
from tests.support.migration_given import (
    ACCEPTANCE,
    HOUR,
    PROMISED,
    editions,
    kept,
    moved,
    really_accepted,
)


def rule(draw: st.DrawFn) -> LimitRule:
    kind = draw(st.sampled_from(["period", "same_day", "next_day", "immediate"]))
    extension = draw(st.none() | st.integers(1, 20).map(lambda n: Extension(n=n)))
    causes = st.sampled_from(["inspection", "rectification", "public_notice"])
    if kind != "period":
        return replace(PROMISED, kind=kind, n=None, unit=None)
    return replace(
        PROMISED,
        n=draw(st.integers(0, 30)),
        unit=draw(st.sampled_from(["working_days", "calendar_days", "months"])),
        extension=extension,
        exclusions=draw(st.frozensets(causes)),
    )


@settings(max_examples=300, deadline=None)
@over(st.data())
def test_a_limit_that_is_no_worse_never_ends_later(data: st.DataObject) -> None:
    """For any start, any pauses, extended or not: the rule that lets a limit through is sound."""
    was, now = data.draw(st.composite(rule)()), data.draw(st.composite(rule)())
    if not no_worse(was, now):
        return
    start = date(2024, 1, 1) + timedelta(days=data.draw(st.integers(0, 900)))
    pauses = []
    for cause in ("inspection", "rectification", "public_notice"):
        first = start + timedelta(days=data.draw(st.integers(0, 20)))
        last = first + timedelta(days=data.draw(st.integers(0, 15)))
        pauses.append(Pause(first, last, cause))
    extended = data.draw(st.booleans())
    ends = [
        due(
            one,
            start_of_day(start) + timedelta(hours=10),
            national(),
            pauses=pauses,
            extended=extended and one.extension is not None,
        ).date
        for one in (was, now)
    ]
    assert ends[1] <= ends[0]  # type: ignore[operator]


@settings(max_examples=150, deadline=None)
@over(st.data())
def test_no_move_makes_a_date_later_then_or_ever_after(data: st.DataObject) -> None:
    """Whatever the new edition says of its limits; also when all dates are computed anew."""
    limits = tuple(
        replace(data.draw(st.composite(rule)()), name=name, rank=rank)
        for name, rank in data.draw(
            st.lists(
                st.sampled_from(
                    [("promised", "promise"), ("statutory", "law"), ("promised-x", "promise")]
                ),
                unique=True,
            )
        )
    )
    using = editions(limits=(*limits, ACCEPTANCE))
    facts = really_accepted(using)
    case, event = moved(*facts, using=using)
    _never_later(history(*facts), case)
    for fact in anew(case, using, ReviewLimitsRecomputed, "calendar"):
        case = evolve(case, Recorded(fact, case.version + 1, HOUR))
    _never_later(history(*facts), case)
    assert set(kept(event).values()) <= set(RULES)


def _never_later(before: Case, after_: Case) -> None:
    now = {one.limit: one.due_at for one in after_.due}
    for one in before.due:
        assert now[one.limit] is not None
        assert now[one.limit] <= one.due_at  # type: ignore[operator]
    first, second = before.driving_due, after_.driving_due
    assert first is not None
    assert second is not None
    assert second.due_at <= first.due_at  # type: ignore[operator]
