"""The post of somebody at an office, as a token names it: authority, office or level, duties.

It exists apart from the token's other claims because each value must be one of the jurisdiction or
of the table of duties: an unknown one is refused, and never means less or more than it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.jurisdiction import Jurisdiction
from shared.security.duties import DESK, ROLE_OF, Duty
from shared.security.principal import Role

_BY_CODE: Mapping[str, Duty] = {duty.value: duty for duty in ROLE_OF}


class PostRefused(Exception):
    """The claims name no post that there is; the message quotes nothing of them."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post. `duties`: None for a token that names none, whose roles count as they always did.

    `venues`: where the cases lie that the holder meets; `supervised`: that the holder reads beside
    them, as a supervisor.
    """

    authority: str = ""
    office: str = ""
    duties: frozenset[Duty] | None = None
    venues: frozenset[str] | None = None
    supervised: frozenset[str] | None = None

    def kept(self, roles: frozenset[Role]) -> frozenset[Role]:
        """Those of the token's roles that count beside the duties."""
        return roles if self.duties is None else roles - DESK

    def roles_with(self, roles: frozenset[Role]) -> frozenset[Role]:
        """The roles of a token that has this post: where it names duties, those of the duties."""
        return self.kept(roles) | {ROLE_OF[duty] for duty in self.duties or ()}


NO_POST = Post()


def read_post(told: Mapping[str, Any], jurisdiction: Jurisdiction) -> Post:
    """The post that the claims `authority`, `office`, `level` and `duties` name.

    Raises:
        PostRefused: a claim is missing or malformed, names what does not exist, or contradicts
            another.
    """
    duties = _duties(told["duties"])
    authority, office, level = (_code(told, name) for name in ("authority", "office", "level"))
    if authority not in jurisdiction.authorities:
        raise PostRefused("The claim authority names no authority of the jurisdiction.")
    region = _region(jurisdiction, authority, office, level)
    venues = jurisdiction.venues(authority, region, office)
    supervises = Duty.SUPERVISE in duties
    return Post(
        authority=authority,
        office=office,
        duties=duties,
        venues=venues,
        supervised=jurisdiction.venues_within(authority, region) if supervises else venues,
    )


def _duties(value: Any) -> frozenset[Duty]:
    if not isinstance(value, list) or not value:
        raise PostRefused("The claim duties is a list of duties, at least one.")
    if not all(isinstance(one, str) and one in _BY_CODE for one in value):
        raise PostRefused(f"The claim duties names a duty that is none of {', '.join(_BY_CODE)}.")
    return frozenset(_BY_CODE[one] for one in value)


def _code(told: Mapping[str, Any], name: str) -> str:
    value = told[name]
    if value is None:
        return ""
    if not isinstance(value, str) or not value:
        raise PostRefused(f"The claim {name} is a code.")
    return value


def _region(jurisdiction: Jurisdiction, authority: str, office: str, level: str) -> str:
    """The region of the post: of its office, else the level that it names."""
    if level and level not in jurisdiction.regions:
        raise PostRefused("The claim level names no region of the jurisdiction.")
    if not office:
        if not level:
            raise PostRefused("A token with duties names an office, or the level of its region.")
        return level
    found = jurisdiction.offices.get(office)
    if found is None or found.authority != authority:
        raise PostRefused("The claim office names no office of the authority.")
    if level not in {"", found.region}:
        raise PostRefused("The claim level is not the region of the office.")
    return found.region
