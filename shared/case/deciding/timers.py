"""What happens when an owed step was not done in time: one rule, for every service.

A timer that fires does what the step is for, where a machine can do it; so the guard works even
when the wire that should have brought the event does not. Where only a person can, or where doing
it had no effect, the lateness is recorded and the step is owed anew.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.case.deciding.rules import Rules
from shared.case.facts.fact import Fact, StepOverdue
from shared.case.next.owed import Owed, owed_of
from shared.case.state import Case

# Given the case, what is owed, the rules and the time: what to record. Nothing: it is only late.
Effect = Callable[[Case, Owed, Rules, datetime], Sequence[Fact]]


def kind_of(step: str) -> str:
    """The step without what it is about: `refund:4711` is a `refund`."""
    return step.partition(":")[0]


def fire(
    case: Case,
    *,
    service: str,
    step: str,
    version: int,
    rules: Rules,
    now: datetime,
    effects: Mapping[str, Effect],
    overdue: type[StepOverdue],
) -> list[Fact]:
    """Decide on a timer that was set by `version`. Settled, moved on or early: nothing.

    `effects` are by kind of step; a kind that is not there is only ever recorded as late.
    """
    waiting = [
        one
        for one in owed_of(case, service, pace=rules.pace)
        if one.step == step and one.version == version and one.due_at <= now
    ]
    if not waiting:
        return []
    late = waiting[0]
    effect = effects.get(kind_of(step))
    facts = list(effect(case, late, rules, now)) if effect else []
    if facts:
        return facts
    return [overdue(step=late.step, due_at=late.due_at, since=late.since)]
