"""What review's events do to a case."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace

from shared.case.base import Fact
from shared.case.events_review import (
    CaseApproved,
    CaseAssigned,
    CaseRefused,
    DeadlineApproaching,
    DeadlineMissed,
    DecisionProposed,
    ReviewOpened,
)
from shared.case.fold_intake import Fold
from shared.case.state import Case, Mark


def _opened(case: Case, fact: ReviewOpened, mark: Mark) -> Case:
    return replace(case, review=fact, review_opened=mark)


def _assigned(case: Case, fact: CaseAssigned, mark: Mark) -> Case:
    """Whoever takes a case over proposes anew: the former officer's proposal is not theirs."""
    return replace(case, officer=fact.officer, assigned=mark, proposal=None, proposed=None)


def _proposed(case: Case, fact: DecisionProposed, mark: Mark) -> Case:
    return replace(case, proposal=fact, proposed=mark)


def _approved(case: Case, fact: CaseApproved, mark: Mark) -> Case:
    return replace(case, approval=fact, approved=mark)


def _refused(case: Case, fact: CaseRefused, mark: Mark) -> Case:
    return replace(case, refusal=fact, refused=mark)


def _approaching(case: Case, fact: DeadlineApproaching, _: Mark) -> Case:
    return replace(case, approaching=case.approaching | {fact.limit})


def _missed(case: Case, fact: DeadlineMissed, _: Mark) -> Case:
    return replace(case, missed=case.missed | {fact.limit})


FOLDS: Mapping[type[Fact], Fold] = MappingProxyType(
    {
        ReviewOpened: _opened,
        CaseAssigned: _assigned,
        DecisionProposed: _proposed,
        CaseApproved: _approved,
        CaseRefused: _refused,
        DeadlineApproaching: _approaching,
        DeadlineMissed: _missed,
    }
)
