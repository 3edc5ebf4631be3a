"""What the routes over a read model are made from, in the web process that serves them."""

from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from shared.case import Rules
from shared.eventlog import LogReader


@dataclass(frozen=True)
class Reads:
    """The log, the views and the rules. A read model's `api.endpoints` takes this.

    `pay_url`: the address of the payment gateway's pages.
    """

    events: LogReader
    views: Database[dict[str, Any]]
    rules: Rules
    pay_url: str = ""
