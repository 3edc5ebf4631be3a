"""What a form's order says of anything: a section, a field, choices, a condition.

Pure. What is empty is left out.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from shared.catalogue.definition.asking import Choice
from shared.catalogue.definition.choosing import When

Shown = dict[str, Any]


def section_shown(code: str, title: str, title_en: str, fields: Iterable[Shown]) -> Shown:
    """A section with its fields."""
    return {"section": code, "title": title, "title_en": title_en, "fields": list(fields)}


def field_shown(pointer: str, title: str, title_en: str, **more: Any) -> Shown:
    """One thing to show, and where it stands in the application; a `when` comes last."""
    when = more.pop("when", None)
    condition = condition_shown(when) if isinstance(when, When) else when
    return {
        "pointer": pointer,
        "title": title,
        "title_en": title_en,
        **not_empty(**more, when=condition),
    }


def choices_shown(choices: Iterable[Choice]) -> list[Shown]:
    """Choices with their titles and what the source prints of each."""
    return [
        {"code": one.code, "title": one.name, "title_en": one.name_en, "raw": one.raw}
        for one in choices
    ]


def condition_shown(when: When | None) -> Shown | None:
    """A condition as a form shows it: the keys that say something; None where none does."""
    if when is None:
        return None
    return {key: value for key, value in msgspec.to_builtins(when).items() if value}


def not_empty(**more: Any) -> Shown:
    """The values that say something."""
    return {name: value for name, value in more.items() if value not in (None, "", [], ())}
