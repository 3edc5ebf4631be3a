"""The limits of an item that hold for an application: those of the acceptance, and those after it.

Each limit is given in the variant of the office, or of the application's choices (R-087).
"""

from shared.case.facts.parts import Office
from shared.catalogue import ItemText
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.rules.limits_of_item import COMPLETION, drivers, holding
from shared.catalogue.rules.limits_told import of_family
from shared.catalogue.rules.offices import AtOffice, office_of, varied
from shared.clock import Limit, watch_limit

ACCEPTED = "accepted"


def office_at(text: ItemText, code: str) -> Office | None:
    """The office of this code as it is recorded: its variant and its own number.

    None only if `code` is empty. An office that the item does not list (any more) is returned with
    its code alone: it has no limits of its own.
    """
    if not code:
        return None
    office = office_of(text, code)
    if office is None:
        return Office(code=code)
    return Office(code=code, variant=office.limit_variant, days=office.limit_days)


def limits_for(
    text: ItemText, choices: Choices, office: Office | None = None
) -> dict[str, LimitRule]:
    """The authority's limits for an application with these choices, except the acceptance limits.

    A promise for some applications replaces the general promise.
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
        # No printed limit holds for these choices: the watch limit still keeps the case in view.
        mine.append(_watch(text.by_licence_law))
    return {rule.name: _varied(rule, choices, office) for rule in mine}


def acceptance_for(
    text: ItemText, choices: Choices, office: Office | None = None
) -> dict[str, LimitRule]:
    """The limits of the acceptance for an application with these choices, by name."""
    mine = [rule for rule in holding(text, choices) if rule.end_event == ACCEPTED]
    return {rule.name: _varied(rule, choices, office) for rule in mine}


def _varied(rule: LimitRule, choices: Choices, office: Office | None) -> LimitRule:
    at = AtOffice(variant=office.variant, days=office.days) if office else None
    return varied(rule, choices, at)


def _watch(licence: bool) -> LimitRule:  # noqa: FBT001 (the clock asks it so)
    limit = watch_limit(licence=licence)
    return LimitRule(**{name: getattr(limit, name) for name in Limit.__struct_fields__})
