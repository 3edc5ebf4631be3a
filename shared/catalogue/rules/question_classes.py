"""Which class of personal data the answer to each question is.

The questions of an item do not say it yet: this table stands in for what their file will say. A
question of the catalogue without a row is red in a test; one that nobody knows is a statement.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.security.data_classes import DataClass

QUESTION_CLASSES: Mapping[str, DataClass] = MappingProxyType(
    {
        "age": DataClass.STATEMENT,
        "agreement-signed": DataClass.STATEMENT,
        "contract-ended": DataClass.STATEMENT,
        "deposit-room": DataClass.PREMISES,
        "disability-grade": DataClass.HEALTH,
        "double-locks": DataClass.PREMISES,
        "enterprise": DataClass.STATEMENT,
        "exams-passed": DataClass.STATEMENT,
        "excluded-place": DataClass.PREMISES,
        "experts": DataClass.STATEMENT,
        "floor-area": DataClass.PREMISES,
        "guest-rooms": DataClass.PREMISES,
        "lease-months": DataClass.STATEMENT,
        "licence-expiry": DataClass.STATEMENT,
        "licence-seized": DataClass.STATEMENT,
        "lived-months": DataClass.STATEMENT,
        "months-of-residence": DataClass.STATEMENT,
        "name-and-number-wrong": DataClass.STATEMENT,
        "occupation-wrong": DataClass.STATEMENT,
        "old-fees-settled": DataClass.STATEMENT,
        "own-or-relatives-file": DataClass.STATEMENT,
        "paid-twice": DataClass.STATEMENT,
        "permit-expiry": DataClass.STATEMENT,
        "respondents": DataClass.THIRD_PERSON,
        "retired-on": DataClass.STATEMENT,
        "separate-rooms": DataClass.PREMISES,
        "specialities": DataClass.STATEMENT,
        "sudden-illness-away": DataClass.HEALTH,
        "treated-by-hospital": DataClass.HEALTH,
        "witnesses": DataClass.THIRD_PERSON,
    }
)


def class_of_question(code: str) -> DataClass:
    """The class of an answer; a statement where the table does not know the question."""
    return QUESTION_CLASSES.get(code, DataClass.STATEMENT)
