"""A case on its way to another edition, and the rules that hold parts of the old edition."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from shared.case import Case
from shared.case.deciding.office_limits import acceptance_for, limits_for
from shared.case.facts.parts import Held, Office, Pin, Stage
from shared.catalogue import ItemText
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.fees import yuan
from shared.catalogue.definition.schedule import LimitRule


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A case on its way: the item as it judges the case now, the other edition, and its stages.

    `office`: the handling office's own limits in the case's present edition; `office_then`: the
    same in the edition it moves to.
    """

    case: Case
    was: ItemText
    now: ItemText
    pin: Pin
    choices: Choices
    stages: tuple[Stage, ...]
    office: Office | None = None
    office_then: Office | None = None


def limits(text: ItemText, choices: Choices, office: Office | None = None) -> dict[str, LimitRule]:
    """The authority's limits for such an application, including those of the acceptance."""
    return {**limits_for(text, choices, office), **acceptance_for(text, choices, office)}


# Every rule that can hold a part, for the pages; a test checks that none is missing.
RULES: Mapping[str, str] = MappingProxyType(
    {
        "limit-gone": "a limit that the new edition drops",
        "limit-not-later": "a limit that could end later",
        "office-not-later": "what an office set for itself, where it would take longer now",
        "date-not-later": "a date that would be later than the one that was told",
        "not-in-the-past": "a shorter limit that would be over already",
        "limit-settled": "a limit that was missed, extended, begun anew, paused, or has ended",
        "limits-together": "limits that the new edition replaces by one another",
        "same-calendar": "the calendar and the hours that limits are counted by",
        "accepted-procedure": "the stages, results and criteria of an accepted case",
        "no-new-stage": "the procedure, where the new one has more stages",
        "same-result": "the procedure, where the new one grants less",
        "nothing-new-demanded": "the list of materials",
        "applicant-time-not-shorter": "the time to supplement and to appeal",
        "fee-not-raised": "an assessed fee",
        "fee-paid": "a fee that was paid",
    }
)


def whole(why: str) -> Held:
    """Hold all limits, so that they stay unchanged."""
    return Held(what="limits", rule="limits-together", text=f"{why} All limits stay as they were.")


def fee_told(fen: int) -> str:
    """An amount in words: `40.00 yuan`."""
    return f"{yuan(fen)} yuan"
