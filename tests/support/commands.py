"""The commands of each service by their names, for tests that send many of them."""

from types import SimpleNamespace

from services.intake.topics import INTAKE
from services.issuance.topics import ISSUANCE
from services.review.topics import REVIEW
from shared.casework.topics import Topics


def _of(topics: Topics) -> SimpleNamespace:
    kinds = (*topics.decisions, *topics.on_documents, *topics.on_payments)
    return SimpleNamespace(**{kind.__name__: kind for kind in kinds})


intake = _of(INTAKE)
at_intake = INTAKE.decide
review = _of(REVIEW)
at_review = REVIEW.decide
issuance = _of(ISSUANCE)
at_issuance = ISSUANCE.decide
