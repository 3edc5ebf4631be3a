"""The office that an application names, or the officer who accepts it."""

from collections.abc import Iterator

from services.intake.application.application import Application
from services.intake.application.faults import Fault, listed_words
from shared.casework.topics import Instead
from shared.catalogue import ItemText
from shared.catalogue.rules.offices import office_codes, office_of, offices_of
from shared.clock.telling.wording import Words


class OfficeUnknown(Instead):
    """The item has no such office, or none that accepts applications; `choices` are its codes."""

    code = "unknown-office"


def office_faults(application: Application) -> Iterator[Fault]:
    """An office that cannot be chosen; none need be."""
    code, text = application.said.office, application.item.text
    if code and office_of(text, code) is None:
        yield unknown_office(text)


def unknown_office(text: ItemText) -> Fault:
    """What is said where an office is named that the item does not have, with those it has."""
    codes = office_codes(text)
    said = Words("该事项没有可供选择的受理点。", "The item has no office to choose.")
    if codes:
        said = listed_words(
            "没有该受理点，请选择其一：",
            "There is no such office. Choose one of: ",
            [(office.label, "") for office in offices_of(text)],
        )
    return Fault("unknown-office", said, "/office", {"choices": codes})
