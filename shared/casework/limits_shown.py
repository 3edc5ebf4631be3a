"""A limit of a case as it is shown: its title in both languages, and when it ends. Pure."""

from typing import Any

from shared.case.facts.parts import DueDate
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.clock import Words, limit_title
from shared.http.plain import plain

UNNAMED = Words("办理期限", "time limit")


def due_shown(due: DueDate, item: Item) -> dict[str, Any]:
    """The parts of a due date as JSON values, with the title of its limit (`zh`, `en`)."""
    limit = next((one for one in listed(item.text.limits) if one.name == due.limit), None)
    title = UNNAMED if limit is None else limit_title(limit)
    return {**plain(due), "zh": title.zh, "en": title.en}
