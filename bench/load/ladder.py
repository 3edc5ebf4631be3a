"""The rates at which load is offered, and whether the system held one of them.

A rate is held when nothing piles up: as many cases are unfinished at the end of the arrivals as
in their middle, and everything that follows is done soon after the last arrival.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GROWTH_MOST = 1.25  # of the unfinished cases between the middle and the last third of a step
GROWTH_FLOOR = 3.0  # so many more are no growth, however few there were
DRAIN_MOST_S = 15.0  # a case takes some seconds by itself: its machine steps and its notices


@dataclass(frozen=True)
class Step:
    """What happened at one rate.

    `unfinished` is the number of cases that are begun and not finished, sampled at even times
    while cases arrived; `drained_s` is the time from the last arrival until all was done;
    `figures` is what else was measured meanwhile.
    """

    rate: float
    cases: int
    failed: int
    unfinished: tuple[float, ...]
    drained_s: float
    figures: Mapping[str, Any] = field(default_factory=dict)


def held(step: Step) -> bool:
    """Whether the system kept up with the rate."""
    if step.failed or step.drained_s > DRAIN_MOST_S:
        return False
    third = len(step.unfinished) // 3
    if third == 0:
        return True
    middle = _mean(step.unfinished[third : 2 * third])
    last = _mean(step.unfinished[2 * third :])
    return last <= max(middle * GROWTH_MOST, middle + GROWTH_FLOOR)


def climb(
    measure: Callable[[float], Step], rates: Sequence[float], *, held_before: Step | None = None
) -> list[Step]:
    """Measure each rate in turn until one is not held, then the middle between it and the last.

    `held_before` is a step below the first rate. The steps that were measured come back.
    """
    steps: list[Step] = []
    for rate in rates:
        steps.append(measure(rate))
        if not held(steps[-1]):
            below = best(steps) or held_before
            if below is not None:
                steps.append(measure(round((below.rate + rate) / 2, 3)))
            break
    return steps


def descend(measure: Callable[[float], Step], rate: float, *, times: int) -> list[Step]:
    """Halve a rate that was not held until one is, at most so many times."""
    steps: list[Step] = []
    for _ in range(times):
        rate = round(rate / 2, 3)
        steps.append(measure(rate))
        if held(steps[-1]):
            break
    return steps


def best(steps: Sequence[Step]) -> Step | None:
    """The step of the highest rate that was held, None where none was."""
    return max((step for step in steps if held(step)), key=lambda step: step.rate, default=None)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
