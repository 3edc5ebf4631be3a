"""What somebody does with a case, by the roles of their token: the one place that maps the two.

Tokens name roles today. When they name duties, this mapping is what goes.
"""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shared.security.principal import Role


class Duty(enum.StrEnum):
    """A duty towards a case. Nobody supervises yet: no role has that duty."""

    APPLY = "apply"
    TAKE_IN = "take-in"
    REVIEW = "review"
    PRODUCE = "produce"
    HAND_OVER = "hand-over"
    AUDIT = "audit"
    SUPERVISE = "supervise"


DUTIES: Mapping[Role, frozenset[Duty]] = MappingProxyType(
    {
        Role.APPLICANT: frozenset({Duty.APPLY}),
        Role.PORTAL: frozenset({Duty.APPLY}),
        Role.OFFICER: frozenset({Duty.TAKE_IN, Duty.REVIEW}),
        Role.PRODUCER: frozenset({Duty.PRODUCE, Duty.HAND_OVER}),
        Role.AUDITOR: frozenset({Duty.AUDIT}),
        Role.GATEWAY: frozenset(),
        Role.OPERATOR: frozenset(),
        Role.SERVICE: frozenset(),
    }
)


def duties_of(roles: Iterable[Role]) -> frozenset[Duty]:
    """The duties of somebody who acts in these roles."""
    return frozenset[Duty]().union(*(DUTIES[role] for role in roles))
