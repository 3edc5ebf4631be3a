"""Which class of personal data the answer to each question is.

A question says it in its item's file, or its group does. The table is for the questions of editions
from before files said it, to which cases are pinned; a question that nobody knows is a statement.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.catalogue.definition.item import ItemText
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


def class_of_question(code: str, text: ItemText | None = None) -> DataClass:
    """The class of the answer to a question of an item, or to a whole group with entries.

    A question within such a group has the class of the group.
    """
    if text is not None:
        of_group = {group.code: group.data_class for group in text.groups}
        said = {fact.code: fact.data_class or of_group.get(fact.group or "") for fact in text.facts}
        if (named := (said | of_group).get(code)) is not None:
            return DataClass(named)
    return QUESTION_CLASSES.get(code, DataClass.STATEMENT)
