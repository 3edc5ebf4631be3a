"""Answers as they are sealed: one JSON text for each class of personal data."""

from collections.abc import Mapping

import msgspec

from shared.catalogue import ItemText
from shared.catalogue.rules.question_classes import class_of_question
from shared.security.data_classes import DataClass, answers_field


def sealed_by_class(answers: Mapping[str, object], text: ItemText | None = None) -> dict[str, str]:
    """The answers to an item's questions, one JSON text for each class, by its sealed field."""
    parts: dict[DataClass, dict[str, object]] = {}
    for code, value in answers.items():
        parts.setdefault(class_of_question(code, text), {})[code] = value
    return {
        answers_field(one): msgspec.json.encode(part, order="deterministic").decode()
        for one, part in parts.items()
    }
