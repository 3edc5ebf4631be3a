"""The fields of a form that name the parties, in the order to show them.

`when` names the kinds of applicant and of representative for whom a field is shown.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from services.intake.application.parties.representing import may_act
from shared.catalogue import ItemText
from shared.catalogue.definition.asking import RepresentationRule
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.words import (
    APPLICANT_TITLES,
    REPRESENTATIVE_TITLES,
    Representative,
)
from shared.catalogue.rules.applicants import applicants_of
from shared.values.identity import IDENTITIES, PERSONAL

_PERSON = {"applicant": ["person"]}
_ORGANISATION = {"applicant": ["organisation", "unit"]}
_UNIT = {"applicant": ["unit"]}


class PartyField(NamedTuple):
    """One thing to show: its place in the application, its titles, and what is known of it."""

    pointer: str
    zh: str
    en: str
    more: dict[str, Any]


def applicant_fields(text: ItemText) -> Iterator[PartyField]:
    """Who applies, and how they are reached; only what the item's kinds of applicant need."""
    taken = applicants_of(text)
    person, organisation = "person" in taken, taken != ("person",)
    if organisation:
        kinds = [
            {
                "code": kind,
                "title": APPLICANT_TITLES[kind][0],
                "title_en": APPLICANT_TITLES[kind][1],
                "raw": "",
            }
            for kind in taken
        ]
        needed = not person
        yield _shown("/applicant/kind", "申请人类型", "Applicant", choices=kinds, required=needed)
    if person:
        when = _PERSON if organisation else None
        yield from _identity("/applicant", when)
    if organisation:
        when = _ORGANISATION if person else None
        yield _shown("/applicant/name", "单位名称", "Name of the unit", required=True, when=when)
        code = IDENTITIES["credit-code"]
        yield _shown("/applicant/id_number", code.zh, code.en, required=True, when=when)
    yield _shown("/applicant/phone", "电话", "Telephone", one_of="contact")
    yield _shown("/applicant/email", "电子邮箱", "E-mail", one_of="contact")
    yield _shown("/delivery_address", "送达地址", "Address", needed_for=["post"])


def acting_fields(text: ItemText) -> Iterator[PartyField]:
    """Who acts for the applicant, and the people for whom a unit applies."""
    printed: dict[str, RepresentationRule] = {way.kind: way for way in listed(text.representation)}
    ways = dict.fromkeys(way for kind in applicants_of(text) for way in may_act(text, kind))
    for kind in ways:
        zh, en = REPRESENTATIVE_TITLES[cast("Representative", kind)]
        way = printed.get(kind)
        said = {"raw": way.raw, "proof": list(way.proof)} if way else {}
        yield _shown("/representation", zh, en, code=kind, **said)
    yield from _identity("/representative", None, who="代办人", who_en="of who acts")
    if "unit" in applicants_of(text):
        yield from _identity("/members", _UNIT, who="人员", who_en="of a member")


def _identity(
    at: str, when: dict[str, Any] | None, *, who: str = "", who_en: str = ""
) -> Iterator[PartyField]:
    kinds = [
        {"code": kind, "title": IDENTITIES[kind].zh, "title_en": IDENTITIES[kind].en, "raw": ""}
        for kind in PERSONAL
    ]
    for name, zh, en, more in (
        ("name", "姓名", "Name", {"required": True}),
        ("id_kind", "证件种类", "Kind of identity document", {"choices": kinds}),
        ("id_number", "身份证件号码", "Identity number", {"required": True}),
    ):
        yield _shown(f"{at}/{name}", who + zh, f"{en} {who_en}".strip(), when=when, **more)


def _shown(pointer: str, zh: str, en: str, **more: Any) -> PartyField:
    return PartyField(pointer, zh, en, {name: one for name, one in more.items() if one is not None})
