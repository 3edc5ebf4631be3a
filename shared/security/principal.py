"""The caller of a request, as a verified token (or a signed callback) names them.

It exists so that nothing behind the edge ever looks into a token: an identity is the pair
(issuer, subject), never a name or a mail address (security checklist, row 17).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.security.duties import Duty


class Role(enum.StrEnum):
    """What a caller may be. The strings stand in tokens: do not change them."""

    APPLICANT = "applicant"
    PORTAL = "portal"
    OFFICER = "officer"
    GATEWAY = "gateway"
    PRODUCER = "producer"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    SERVICE = "service"


# Roles that act for an office: their commits name a staff id.
STAFF = frozenset({Role.OFFICER, Role.PRODUCER, Role.OPERATOR, Role.AUDITOR})


@dataclass(frozen=True, kw_only=True)
class ActsFor:
    """The organisation for which the issuer vouches that the caller acts: its credit code."""

    code: str

    def __repr__(self) -> str:
        """Name nothing: a code in a log line would name whose case it is."""
        return "ActsFor()"


@dataclass(frozen=True, kw_only=True)
class VouchedIdentity:
    """The identity document of the caller, of which the issuer is sure: its kind and number.

    `name`: as it stands on the document; empty where the issuer does not say it.
    """

    kind: str
    number: str
    name: str = ""

    def __repr__(self) -> str:
        """Name nothing: a number in a log line would name the person."""
        return "VouchedIdentity()"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A verified caller. `department` is the code of the authority that a desk belongs to.

    `office` narrows it: the caller meets the cases of `venues`, and reads those of `supervised`.
    None: of the whole authority, for a token that names no place.

    `portal` is the token's `azp` (else `client_id`): the front end the caller came through.
    `assurance` and `assurance_ref` say how well the portal assured itself of the person
    (a level and a reference, nothing more: architecture, "Personal data"). `acts_for`: the caller
    acts for this party alone, and meets its cases instead of their own. `identity`: the document
    by which a counter may know the same person; None unless the issuer is sure enough of it.
    """

    issuer: str
    subject: str
    roles: frozenset[Role]
    portal: str | None = None
    department: str | None = None
    assurance: str | None = None
    assurance_ref: str | None = None
    staff_id: str | None = None
    acts_for: ActsFor | None = None
    identity: VouchedIdentity | None = None
    duties: frozenset[Duty] = frozenset()
    office: str | None = None
    venues: frozenset[str] | None = None
    supervised: frozenset[str] | None = None

    def has(self, *roles: Role) -> bool:
        """Say whether the caller holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def __repr__(self) -> str:
        """Name the roles alone: a principal in a log line must not name a person."""
        return f"Principal(roles={sorted(self.roles)})"
