"""The offices of a form and the one that an application names, or the officer who accepts it."""

from collections.abc import Iterator
from typing import Any

from services.intake.application.application import Application
from services.intake.application.faults import Fault, listed_words
from services.intake.application.questions.shown import field_shown
from shared.casework.topics import Instead
from shared.catalogue import ItemText
from shared.catalogue.definition.outcome import Office
from shared.catalogue.rules.offices import (
    office_codes,
    office_of,
    offices_of,
    offices_to_choose,
)
from shared.clock.telling.wording import Words
from shared.jurisdiction import Jurisdiction, ResponsibleOffice, Title, responsible_office

FEW = 12
"""So many offices are named in a sentence; where there are more, the form is."""


class OfficeUnknown(Instead):
    """The item has no such office, or none that accepts applications; `choices` are its codes."""

    code = "unknown-office"


def office_fields(text: ItemText, known: Jurisdiction | None) -> Iterator[dict[str, Any]]:
    """The choice of an office, with where each is, and who is responsible where none is chosen."""
    choices = [_choice(office, known) for office in offices_to_choose(text)]
    if choices:
        charge = in_charge(text, known) if known else None
        yield field_shown("/office", "受理点", "Office", choices=choices, responsible=charge)


def _choice(office: Office, known: Jurisdiction | None) -> dict[str, Any]:
    title = office_title(office, known)
    return {
        "code": office.code,
        "title": title.zh,
        "title_en": title.en,
        "raw": office.raw,
        "region": office.region,
        "address": office.address,
    }


def office_title(office: Office, known: Jurisdiction | None) -> Title:
    """What the jurisdiction calls the office; else the item's own words."""
    if known is not None and office.code in known.offices:
        return known.title(office.code)
    return Title(office.label, "")


def in_charge(text: ItemText, known: Jurisdiction) -> ResponsibleOffice | None:
    """The office that has what names no office; None where the source names no authority."""
    code = known.responsible(text.department, text.source.document)
    return responsible_office(code, known) if code else None


def office_faults(application: Application) -> Iterator[Fault]:
    """An office that cannot be chosen; none need be."""
    code, text = application.said.office, application.item.text
    if code and office_of(text, code) is None:
        yield unknown_office(text)


def unknown_office(text: ItemText) -> Fault:
    """What is said where an office is named that the item does not have, with those it has."""
    codes = office_codes(text)
    said = Words("该事项没有可供选择的受理点。", "The item has no office to choose.")
    if len(codes) > FEW:
        said = Words(
            "没有该受理点，请从受理点列表中选择。",
            "There is no such office. Choose one of the list of offices.",
        )
    elif codes:
        said = listed_words(
            "没有该受理点，请选择其一：",
            "There is no such office. Choose one of: ",
            [(office.label, "") for office in offices_of(text)],
        )
    return Fault("unknown-office", said, "/office", {"choices": codes})
