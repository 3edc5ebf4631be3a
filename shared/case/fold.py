"""The case from its events: one table for all services, one step for one event."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from shared.case import fold_intake, fold_issuance, fold_review
from shared.case.base import Fact, FactCorrected, Recorded, StepOverdue, StoredEvent
from shared.case.fold_intake import Fold
from shared.case.registry import decode
from shared.case.state import Case, Mark, Reminded

FOLDS: Mapping[type[Fact], Fold] = MappingProxyType(
    {**fold_intake.FOLDS, **fold_review.FOLDS, **fold_issuance.FOLDS}
)


class NotOfACase(ValueError):
    """An event that belongs to another category of streams stands in a case's stream."""


def evolve(case: Case, event: Recorded) -> Case:
    """The case after one more event. Pure; sealed fields are never read."""
    fact, mark = event.fact, Mark(event.version, event.at)
    if (step := FOLDS.get(type(fact))) is not None:
        case = step(case, fact, mark)
    elif isinstance(fact, StepOverdue):
        case = replace(case, reminded={**case.reminded, fact.step: Reminded(fact.since, mark)})
    elif isinstance(fact, FactCorrected):
        case = replace(case, corrections=(*case.corrections, fact))
    else:
        raise NotOfACase(f"{fact.TYPE} does not belong to a case's stream")
    return replace(case, version=event.version)


def fold(events: Iterable[StoredEvent], *, case_id: str = "") -> Case:
    """The case that these events tell, from the first on. No events: a case of version 0."""
    case = Case(id=case_id)
    for event in events:
        case = evolve(case, decode(event))
    return case
