"""Authorities, regions (GB/T 2260) and offices as data, and the venues of an office. Pure.

The venue of a case is the code of the office that has it; where the case names no office, it is the
source of its item, such as `003`: the region that printed the source is responsible then.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Literal

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
    """The office of an authority in a region; without a name it is called by the two."""

    authority: Code
    region: RegionCode
    name: str = ""
    name_en: str = ""


class Jurisdiction(_Part, frozen=True, kw_only=True):
    """The whole file. `sources`: which region printed each source."""

    sources: dict[SourceCode, RegionCode]
    regions: dict[RegionCode, Region]
    authorities: dict[Code, Authority]
    offices: dict[Code, LocalOffice]

    def venues(self, authority: str, region: str, office: str = "") -> frozenset[str]:
        """Where the cases lie that an officer deals with.

        Those of the own office; those that name no office, of a source that the region printed.
        Without an office: of each office of the authority in the region.
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


@cache
def level_of(region: str) -> Level:
    """The level of a region by its code: the last two or four digits are zeros above a county."""
    if region.endswith("0000"):
        return "province"
    return "prefecture" if region.endswith("00") else "county"


def parent_of(region: str) -> str | None:
    """The region above; None for a province.

    The districts of a municipality lie directly below it: there is no prefecture 500100.
    """
    match level_of(region):
        case "province":
            return None
        case "prefecture":
            return f"{region[:2]}0000"
    return f"{region[:2]}0000" if region[:2] in MUNICIPALITIES else f"{region[:4]}00"


MUNICIPALITIES: frozenset[str] = frozenset({"11", "12", "31", "50"})
_DIGITS: Mapping[Level, int] = {"province": 2, "prefecture": 4, "county": 6}


def contains(region: str, other: str) -> bool:
    """Whether the other region is this one or lies in it."""
    return other.startswith(region[: _DIGITS[level_of(region)]])
