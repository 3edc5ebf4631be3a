"""What somebody at an office does, and which commands belong to it: one table for all services.

A token names duties. One from before names roles alone, and has the duties of these.
"""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shared.security.principal import Role


class Duty(enum.StrEnum):
    """A duty towards a case. The strings stand in tokens and in the record of readings."""

    APPLY = "apply"
    TAKE_IN = "take-in"
    REVIEW = "review"
    APPROVE = "approve"
    INSPECT = "inspect"
    PANEL = "panel"
    HEAD = "head"
    PRODUCE = "produce"
    HAND_OVER = "hand-over"
    AUDIT = "audit"
    SUPERVISE = "supervise"


# The role in which somebody acts by a duty of a token. Who audits or applies says so by a role.
ROLE_OF: Mapping[Duty, Role] = MappingProxyType(
    {
        Duty.TAKE_IN: Role.OFFICER,
        Duty.REVIEW: Role.OFFICER,
        Duty.APPROVE: Role.OFFICER,
        Duty.INSPECT: Role.OFFICER,
        Duty.PANEL: Role.OFFICER,
        Duty.HEAD: Role.OFFICER,
        Duty.SUPERVISE: Role.OFFICER,
        Duty.PRODUCE: Role.PRODUCER,
        Duty.HAND_OVER: Role.PRODUCER,
    }
)

# A token that names no duties: nobody supervises or heads an office by a role alone.
DUTIES: Mapping[Role, frozenset[Duty]] = MappingProxyType(
    {
        Role.APPLICANT: frozenset({Duty.APPLY}),
        Role.PORTAL: frozenset({Duty.APPLY}),
        Role.OFFICER: frozenset(
            {Duty.TAKE_IN, Duty.REVIEW, Duty.APPROVE, Duty.INSPECT, Duty.PANEL, Duty.HAND_OVER}
        ),
        Role.PRODUCER: frozenset({Duty.PRODUCE, Duty.HAND_OVER}),
        Role.AUDITOR: frozenset({Duty.AUDIT}),
        Role.GATEWAY: frozenset(),
        Role.OPERATOR: frozenset(),
        Role.SERVICE: frozenset(),
    }
)

# The commands of each duty, by the last word of their route. A command of officers or producers
# that stands nowhere here is nobody's, and a test says so.
COMMANDS: Mapping[Duty, frozenset[str]] = MappingProxyType(
    {
        Duty.TAKE_IN: frozenset(
            {
                *("acceptance", "supplement-request", "rejection", "initiations"),
                *("sittings", "scans", "applications", "originals"),
            }
        ),
        Duty.REVIEW: frozenset(
            {
                "assignment",
                "release",
                "passing-on",
                "proposal",
                "draft",
                "visit",
                "step-start",
                "public-notice",
                "step-outcome",
                "pictures",
                "extension",
                "restart",
                "recomputation",
                "delay",
                "correction",
                "record",
                "payout",
                "refund-order",
                "refund-settlement",
            }
        ),
        Duty.APPROVE: frozenset(
            {
                *("approval", "refusal", "destruction", "revocation", "endorsement"),
                *("suspension", "reinstatement"),
            }
        ),
        Duty.INSPECT: frozenset({"visit", "step-start", "step-outcome", "pictures"}),
        Duty.PANEL: frozenset({"step-start", "step-outcome"}),
        Duty.HEAD: frozenset(
            {
                "extension",
                "restart",
                "recomputation",
                "revocation",
                "passing-on",
                "delay",
                "suspension",
                "reinstatement",
                "handover",
            }
        ),
        Duty.PRODUCE: frozenset({"production", "dispatch", "readiness", "record"}),
        Duty.HAND_OVER: frozenset({"readiness", "handover", "unclaimed", "record"}),
    }
)


def duties_of(roles: Iterable[Role]) -> frozenset[Duty]:
    """The duties of somebody whose token names these roles and no duties."""
    return frozenset[Duty]().union(*(DUTIES[role] for role in roles))


def duties_for(command: str) -> frozenset[Duty]:
    """The duties that a command belongs to; none for a command of nobody at an office."""
    return frozenset(duty for duty, commands in COMMANDS.items() if command in commands)


def duties_in(duties: Iterable[Duty], roles: frozenset[Role]) -> frozenset[Duty]:
    """Those of the duties that somebody has who acts in one of these roles."""
    return frozenset(duties) & (
        duties_of(roles - DESK) | {duty for duty, role in ROLE_OF.items() if role in roles}
    )


# The roles that a duty stands for.
DESK: frozenset[Role] = frozenset(ROLE_OF.values())
