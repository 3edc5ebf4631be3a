"""The changes for applicants between two catalogues, in words: Chinese and English."""

import msgspec

from shared.catalogue.definition.catalogue import Catalogue
from shared.catalogue.definition.item import ItemText
from shared.catalogue.editions.changes_told import RULES, titled
from shared.catalogue.editions.differences import differences
from shared.clock.telling.wording import Words


class Change(msgspec.Struct, frozen=True, order=True):
    """One change for the applicants of an item."""

    item: str
    name: str
    field: str
    sentence: str
    sentence_zh: str


def changes(before: Catalogue, after: Catalogue) -> list[Change]:
    """Every change between two catalogues, by item; internal changes are a single line per item."""
    old = {item.id: item for item in before.items()}
    new = {item.id: item for item in after.items()}
    found: list[Change] = []
    for id_ in sorted(old.keys() | new.keys()):
        was, now = old.get(id_), new.get(id_)
        if was is None and now is not None:
            found.append(_change(now.text, "item", _new(now.text)))
        elif now is None and was is not None:
            gone = Words("该事项已取消。", "The item is no longer there.")
            found.append(_change(was.text, "item", gone))
        elif was is not None and now is not None and was.hash != now.hash:
            found += between(was.text, now.text)
    return found


def _new(text: ItemText) -> Words:
    if text.offered:
        return Words("新增事项，可以申请。", "The item is new and can be applied for.")
    return Words("新增事项，暂不受理。", "The item is new, not offered.")


def _change(text: ItemText, field: str, said: Words) -> Change:
    return Change(text.id, text.name, field, said.en, said.zh)


def between(was: ItemText, now: ItemText) -> list[Change]:
    """The changes for applicants from one edition of an item to another."""
    told = [(field, said) for field, rule in RULES for said in rule(was, now)]
    named = {field for field, _ in RULES} | {"edition", "defaulted"}
    silent = [
        field
        for field in ItemText.__struct_fields__
        if field not in named and getattr(was, field) != getattr(now, field)
    ]
    meets = [field for field in silent if field not in INSIDE]
    told += [(field, _changed(field, was, now)) for field in meets]
    if not told:
        fields = ", ".join(titled(field).lower() for field in silent) or "its layout"
        said = Words("对申请人没有变化。", f"Nothing changes for applicants (only {fields}).")
        told = [("nothing", said)]
    return [_change(now, field, said) for field, said in told]


def _changed(field: str, was: ItemText, now: ItemText) -> Words:
    """A change of a field without a sentence of its own: each changed place, old and new."""
    places = "; ".join(differences(getattr(was, field), getattr(now, field)))
    if not places:
        return Words(f"“{field}”的说明有变化。", f"The words of {titled(field).lower()} change.")
    return Words(f"“{field}”有变化：{places}。", f"{titled(field)} changes: {places}.")


# Fields that applicants never meet.
INSIDE = frozenset(
    {
        "source",
        "inferred",
        "inferred_by",
        "intermediary",
        "power_source",
        "oddities",
        "findings_ack",
        "left_out",
        "remarks",
        "materials_raw",
    }
    | {
        "not_offered_because",
        "not_offered_because_zh",
        "channels_raw",
        "item_type_raw",
        "initiated_raw",
        "same_service_as",
        "aliases",
        "name_en",
    }
)
