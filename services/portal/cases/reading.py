"""What the services say of a case; the part of one that is away is left out and named."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort

from services.portal.api import ApiAnswer, ServiceAway
from services.portal.room import Portal

NOT_FOUND, FORBIDDEN, GONE = 404, 403, 410
# Where the time of a case still runs, so that its last day means something.
RUNNING = frozenset(
    {
        "submitted",
        "awaiting-payment",
        "awaiting-supplement",
        "accepted",
        "under-review",
        "inspection",
        "rectification",
        "public-notice",
        "reviewed",
        "approved",
        "numbered",
        "in-production",
        "payout-scheduled",
    }
)
# Where nothing is looked at any more, so that what the office keeps is fetched.
ENDED = frozenset(
    {
        "not-accepted",
        "refused",
        "withdrawn",
        "refunded",
        "delivered",
        "completed",
        "destroyed",
        "closed",
    }
)


@dataclass
class Gathered:
    """The answers for one page; `away`: the services that did not give theirs."""

    portal: Portal
    token: str
    away: list[str] = field(default_factory=list)

    def needed(self, path: str, **query: str | None) -> ApiAnswer:
        """An answer without which there is no page.

        404 where the case is not theirs, 403 where they may not see it, 410 where it was erased.

        Raises:
            ServiceAway: the service does not answer.
        """
        found = self.portal.api.get(path, token=self.token, **query)
        if not found.ok:
            abort(found.status if found.status in {FORBIDDEN, GONE} else NOT_FOUND)
        return found

    def wanted(self, path: str, service: str, **query: str | None) -> Any:
        """What stands beside; None where its service is away or has nothing."""
        try:
            found = self.portal.api.get(path, token=self.token, **query)
        except ServiceAway:
            self.away.append(service)
            return None
        return found.document if found.ok else None

    def names_of(self, items: set[str]) -> dict[str, tuple[str, str]]:
        """The names of items by their ids, as far as intake tells them."""
        found = {}
        for item in sorted(items):
            told = self.wanted(f"/v1/items/{item}", "intake")
            if told is None and "intake" in self.away:
                break
            if told:
                found[item] = (told["name"], told.get("name_en") or "")
        return found
