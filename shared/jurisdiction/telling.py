"""Who is responsible, as it is answered: an office by its code, its names and its region. Pure."""

from typing import TypedDict

from shared.jurisdiction.jurisdiction import Jurisdiction


class ResponsibleOffice(TypedDict):
    """An office of the jurisdiction."""

    office: str
    name: str
    name_en: str
    region: str
    region_name: str
    region_name_en: str


def responsible_office(code: str, known: Jurisdiction) -> ResponsibleOffice | None:
    """The office of this code; None for one that the jurisdiction does not have."""
    office = known.offices.get(code)
    if office is None:
        return None
    title, place = known.title(code), known.regions[office.region]
    return ResponsibleOffice(
        office=code,
        name=title.zh,
        name_en=title.en,
        region=office.region,
        region_name=place.name,
        region_name_en=place.name_en,
    )
