"""Which limits of an item hold for an application: those of the acceptance, and those after it.

Each as it holds there: in the variant of the office, or of what was chosen (R-087).
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
    """What is recorded of the office of this code: its variant and its own number; null for none.

    An office that the item does not name, or no more, has no limits of its own.
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
