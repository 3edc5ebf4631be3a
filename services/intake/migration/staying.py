"""The reasons why a case keeps its present edition."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from shared.case import Case, Rules
from shared.case.facts.parts import Pin
from shared.catalogue import ItemText, UnknownItem
from shared.catalogue.rules.offices import office_codes

# The reasons for which a case stays entirely under its present edition.
STAYS: Mapping[str, str] = MappingProxyType(
    {
        "not-open": "The case is closed.",
        "same-edition": "The item is the same in both versions.",
        "decided": "It is decided, and ends by the edition that it was decided under.",
        "item-gone": "The other version does not have the item.",
        "not-offered": "The other version does not offer the item: open cases end as they began.",
        "older-version": "The other version is older than the one the case has.",
        "choices": "The other edition does not know what the application chose: ",
    }
)


class Stays(msgspec.Struct, frozen=True):
    """A case that is not moved: its reason, which is a key of STAYS, and the sentence."""

    rule: str
    text: str


def stays(case: Case, pin: Pin, rules: Rules) -> Stays | None:
    """The reason why the case is not moved to this edition; None if it can be moved."""
    rule, more = _stays(case, pin, rules)
    return Stays(rule, STAYS[rule] + more) if rule else None


def _stays(case: Case, pin: Pin, rules: Rules) -> tuple[str, str]:
    if not case.open or case.pin is None:
        return "not-open", ""
    if case.pin.item_hash == pin.item_hash:
        return "same-edition", ""
    if case.decided or case.ended_as is not None:
        return "decided", ""
    versions = rules.catalogue.versions()
    if case.pin.version in versions and pin.version in versions[: versions.index(case.pin.version)]:
        return "older-version", ""
    return _by_edition(case, pin, rules)


def _by_edition(case: Case, pin: Pin, rules: Rules) -> tuple[str, str]:
    try:
        item = rules.catalogue.pinned(pin.item_hash)
    except UnknownItem:
        return "item-gone", ""
    if not item.text.offered:
        return "not-offered", ""
    unknown = _unknown_choices(case, rules.item_of(case).text, item.text)
    return ("choices", f"{', '.join(unknown)}.") if unknown else ("", "")


def _unknown_choices(case: Case, was: ItemText, now: ItemText) -> list[str]:
    """The application's choices that the new edition lacks and the old edition had."""
    told = case.application
    if told is None:
        return []
    chosen = {told.variant, *told.situations, *told.options, told.delivery}
    gone = _codes(was) - _codes(now)
    offices = set() if case.accepted else set(office_codes(was)) - set(office_codes(now))
    begun = [] if was.initiated_by == now.initiated_by else [f"begun by {was.initiated_by}"]
    return [*sorted(chosen & gone), *sorted({told.office} & offices), *begun]


def _codes(text: ItemText) -> set[str]:
    return {
        *(one.code for one in text.variants),
        *(choice.code for group in text.situations for choice in group.choices),
        *(line.code for line in text.fee.lines if line.choice),
        *(way.kind for way in text.delivery),
    }
