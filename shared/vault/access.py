"""The record of readings: reader, value, time and purpose, stored before the value leaves."""

from datetime import datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.config.databases import DURABLE
from shared.eventlog import Actor
from shared.vault.errors import VaultUnavailable


class AccessRecord:
    """The insert-only collection `access` of the log's database."""

    def __init__(self, log: Database[dict[str, Any]]) -> None:
        self._rows = log.get_collection("access", write_concern=DURABLE)

    def note(self, place: str, *, reader: Actor, why: str, now: datetime) -> None:
        """Record a reading of `place` (`<stream>/<version>/<field>` or `blob/<id>`), durably.

        Raises:
            VaultUnavailable: the reading cannot be recorded, so the value may not be read.
        """
        row = {
            "at": now,
            "place": place,
            "reader": reader.ref,
            "reader_kind": reader.kind,
            "on_behalf_of": reader.on_behalf_of,
            "portal": reader.portal,
            "why": why,
        }
        try:
            self._rows.insert_one(row)
        except PyMongoError as error:
            raise VaultUnavailable("The reading cannot be recorded.") from error
