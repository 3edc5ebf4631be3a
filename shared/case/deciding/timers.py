"""The effect of an owed step that was not done in time: one rule for every service.

A timer that fires performs the step, if a machine can; so the guard works even if the event never
arrived over Kafka. If only a person can perform the step, or performing it had no effect, the
lateness is recorded and the step is owed anew.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.case.deciding.rules import Rules
from shared.case.facts.fact import Fact, StepOverdue
from shared.case.next.owed import Owed, owed_of
from shared.case.state import Case

# From the case, the owed step, the rules and the time to the facts to record. None: only late.
Effect = Callable[[Case, Owed, Rules, datetime], Sequence[Fact]]


def kind_of(step: str) -> str:
    """The step without its subject: `refund:4711` is a `refund`."""
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
    """Decide on a timer that `version` set. Empty if it is settled, moved on or early.

    `effects` are by kind of step; for any other kind only the lateness is recorded.
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
