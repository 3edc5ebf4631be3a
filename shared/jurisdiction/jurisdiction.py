"""Authorities, regions (GB/T 2260) and offices as data, and the venues of an office. Pure.

The venue of a case is the code of the office that has it; where the case names no office, it is the
source of its item, such as `003`: the region that printed the source is responsible then.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Literal, NamedTuple

import msgspec

Level = Literal["province", "prefecture", "county"]
RegionCode = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{5}$", description="of GB/T 2260")]
SourceCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3}$", description="such as 003")]
Code = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="kebab-case")
]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict: a misspelt field of the file is an error."""


class Region(_Part, frozen=True, kw_only=True):
    """A region, and its level in the administration."""

    name: Name
    name_en: Name
    level: Level


class Authority(_Part, frozen=True, kw_only=True):
    """An authority: the `department` of items, the `authority` of streams and of tokens."""

    name: Name
    name_en: Name


class LocalOffice(_Part, frozen=True, kw_only=True):
    """The office of an authority in a region; without a name it is called by the two.

    part_of: the office that a service point (办证点) belongs to. Cases that name no office lie with
    that one, never with a service point.
    """

    authority: Code
    region: RegionCode
    part_of: str = ""
    name: str = ""
    name_en: str = ""


class Title(NamedTuple):
    """A name in Chinese and English."""

    zh: str
    en: str


class Jurisdiction(_Part, frozen=True, kw_only=True):
    """The whole file. `sources`: which region printed each source."""

    sources: dict[SourceCode, RegionCode]
    regions: dict[RegionCode, Region]
    authorities: dict[Code, Authority]
    offices: dict[Code, LocalOffice]

    def venues(self, authority: str, region: str, office: str = "") -> frozenset[str]:
        """Where the cases lie that an officer deals with.

        Those of the own office; those that name no office, of a source that the region printed,
        unless the office is a service point of another. Without an office: of each office of the
        authority in the region.
        """
        offices = (
            {office}
            if office
            else {
                code
                for code, one in self.offices.items()
                if one.authority == authority and one.region == region
            }
        )
        if office and self.offices[office].part_of:
            return frozenset(offices)
        printed = {source for source, place in self.sources.items() if place == region}
        return frozenset(offices | printed)

    def venues_within(self, authority: str, region: str) -> frozenset[str]:
        """The venues of the authority in the region and in every region below it."""
        offices = {
            code
            for code, one in self.offices.items()
            if one.authority == authority and contains(region, one.region)
        }
        printed = {source for source, place in self.sources.items() if contains(region, place)}
        return frozenset(offices | printed)

    def responsible(self, authority: str, source: str) -> str | None:
        """The office that has the cases of the authority which name none; None if there is none."""
        region = self.sources.get(source)
        return next(
            (code for code, one in self._in_charge(authority) if one.region == region), None
        )

    def title(self, office: str) -> Title:
        """How people call the office: by its name, else by its region and its authority."""
        one = self.offices[office]
        place, body = self.regions[one.region], self.authorities[one.authority]
        en = f"{body.name_en}, {place.name_en}"
        return Title(one.name or place.name + body.name, one.name_en or en)

    def _in_charge(self, authority: str) -> Iterator[tuple[str, LocalOffice]]:
        for code, one in self.offices.items():
            if one.authority == authority and not one.part_of:
                yield code, one

    def faults(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What is named and does not exist, and each level that its code contradicts."""
        for code, region in self.regions.items():
            if region.level != level_of(code):
                yield ("regions", code, "level"), f"By its code it is a {level_of(code)}."
            above = parent_of(code)
            if above is not None and above not in self.regions:
                yield ("regions", code), f"The region above it, {above}, is missing."
        for source, code in self.sources.items():
            if code not in self.regions:
                yield ("sources", source), f"There is no region {code}."
        for name, office in self.offices.items():
            if office.authority not in self.authorities:
                yield ("offices", name, "authority"), f"There is no authority {office.authority}."
            if office.region not in self.regions:
                yield ("offices", name, "region"), f"There is no region {office.region}."
        for name, said in self._wrong_parts():
            yield ("offices", name, "part_of"), said

    def _wrong_parts(self) -> Iterator[tuple[str, str]]:
        """Each service point of no office, and each second office in charge of a region."""
        in_charge: dict[tuple[str, str], str] = {}
        for name, office in self.offices.items():
            if not office.part_of:
                first = in_charge.setdefault((office.authority, office.region), name)
                if first != name:
                    yield name, f"{first} is in charge of the region: say what it is part of."
                continue
            whole = self.offices.get(office.part_of)
            if whole is None or whole.part_of or whole.authority != office.authority:
                yield name, f"{office.part_of} is no office in charge of the same authority."


@cache
def level_of(region: str) -> Level:
    """The level of a region by its code: the last two or four digits are zeros above a county."""
    if region.endswith("0000"):
        return "province"
    return "prefecture" if region.endswith("00") else "county"


def parent_of(region: str) -> str | None:
    """The region above; None for a province.

    The districts of a municipality lie directly below it: there is no prefecture 500100. So do the
    counties that a province administers itself (自治区直辖县级行政区划), such as 659001.
    """
    match level_of(region):
        case "province":
            return None
        case "prefecture":
            return f"{region[:2]}0000"
    directly = region[:2] in MUNICIPALITIES or region[2:4] == DIRECTLY
    return f"{region[:2]}0000" if directly else f"{region[:4]}00"


MUNICIPALITIES: frozenset[str] = frozenset({"11", "12", "31", "50"})
DIRECTLY = "90"  # the digits of a prefecture that is none
_DIGITS: Mapping[Level, int] = {"province": 2, "prefecture": 4, "county": 6}


def contains(region: str, other: str) -> bool:
    """Whether the other region is this one or lies in it."""
    return other.startswith(region[: _DIGITS[level_of(region)]])
