"""Who may apply for an item: what its file says, or a default by its source and template.

The default is wide where the source is silent, because silence takes nobody's right to apply. A
file that names its applicants overrules it (`applicants`). Pure.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.words import ApplicantKind

ANYBODY: tuple[ApplicantKind, ...] = ("person", "organisation", "unit")
_PERSON: tuple[ApplicantKind, ...] = ("person",)
_TRADE: tuple[ApplicantKind, ...] = ("person", "organisation")

BY_SOURCE: Mapping[str, tuple[ApplicantKind, ...]] = MappingProxyType(
    {
        "000": _PERSON,  # signed in with an identity number (办理人要填写身份证号和姓名)
        "001": _PERSON,  # residence permits
    }
)
BY_SOURCE_AND_TEMPLATE: Mapping[tuple[str, str], tuple[ApplicantKind, ...]] = MappingProxyType(
    {
        ("000", "T04"): _TRADE,  # licences of special trades (行业场所)
        ("000", "T07"): _TRADE,  # their filings
        ("002", "T07"): _TRADE,
        ("002", "T09"): _PERSON,  # certificates of the household register
    }
)


def applicants_of(text: ItemFile) -> tuple[ApplicantKind, ...]:
    """The kinds of applicant that the item takes."""
    if text.applicants != "unknown":
        return tuple(kind for kind in ANYBODY if kind in text.applicants)
    source = text.id.partition("-")[0]
    usual = BY_SOURCE.get(source, ANYBODY)
    return BY_SOURCE_AND_TEMPLATE.get((source, text.template), usual)
