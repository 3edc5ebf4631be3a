"""What each state of a case means: the words that every other page says where a case stands."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, render_template

from services.portal.room import Portal

DRAFT = "draft"
STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "before": (
            *(DRAFT, "submitted", "awaiting-payment", "awaiting-supplement"),
            *("accepted", "not-accepted"),
        ),
        "review": (
            *("under-review", "inspection", "rectification", "public-notice", "reviewed"),
            *("approved", "refused"),
        ),
        "result": (
            *("numbered", "in-production", "produced", "ready", "dispatched", "delivered"),
            *("unclaimed", "destroyed", "recorded", "payout-scheduled", "paid-out"),
        ),
        "end": ("completed", "closed", "withdrawn", "refunded"),
    }
)
"""Every state, in the order in which a case comes to it. A draft is no case yet. R-101."""


def routes(blp: Blueprint, portal: Portal) -> None:
    """List the states."""
    del portal

    @blp.get("/states")
    def states() -> str:
        return render_template("states.html", states=STATES)
