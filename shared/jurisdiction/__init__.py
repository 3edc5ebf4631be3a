"""Whose case it is: authorities, regions and offices, and where a case lies.

It exists apart from the catalogue because it is no right of an applicant: a case is pinned to the
edition of its item, but lies with whoever is responsible today.
"""

from shared.jurisdiction.jurisdiction import (
    Authority,
    Jurisdiction,
    Level,
    LocalOffice,
    Region,
    Title,
    level_of,
    parent_of,
)
from shared.jurisdiction.packaged import packaged_jurisdiction
from shared.jurisdiction.telling import ResponsibleOffice, responsible_office

__all__ = [
    "Authority",
    "Jurisdiction",
    "Level",
    "LocalOffice",
    "Region",
    "ResponsibleOffice",
    "Title",
    "level_of",
    "packaged_jurisdiction",
    "parent_of",
    "responsible_office",
]
