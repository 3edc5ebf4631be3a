"""Which limits of an item hold for an application: those of the acceptance, and those after it."""

from shared.catalogue import ItemText
from shared.catalogue.choosing import Choices
from shared.catalogue.schedule import LimitRule
from shared.catalogue.terms import COMPLETION, drivers, holding
from shared.catalogue.terms_told import of_family
from shared.clock import Limit, watch_limit

ACCEPTED = "accepted"


def limits_for(text: ItemText, choices: Choices) -> dict[str, LimitRule]:
    """The authority's limits for an application with these choices; without those of acceptance.

    A promise for some applications stands in for the general one.
    """
    leading = drivers(text, choices)
    mine = [
        rule
        for rule in holding(text, choices)
        if rule.party == "authority"
        and rule.end_event != ACCEPTED
        and (rule in leading or not any(of_family(rule, name) for name in COMPLETION))
    ]
    if not leading and all(rule.rank != "internal" for rule in mine):
        # No printed limit holds for these choices: the case is still not forgotten.
        mine.append(_watch(text.by_licence_law))
    return {rule.name: rule for rule in mine}


def acceptance_for(text: ItemText, choices: Choices) -> dict[str, LimitRule]:
    """The limits of the acceptance for an application with these choices, by name."""
    return {rule.name: rule for rule in holding(text, choices) if rule.end_event == ACCEPTED}


def _watch(licence: bool) -> LimitRule:  # noqa: FBT001 (the clock asks it so)
    limit = watch_limit(licence=licence)
    return LimitRule(**{name: getattr(limit, name) for name in Limit.__struct_fields__})
