"""The record of readings: reader, value, time and purpose, stored before the value leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.config.databases import DURABLE
from shared.eventlog import Actor
from shared.security.data_classes import DataClass
from shared.vault.errors import VaultUnavailable

COLLECTION = "access"
AFTER_SLASH = "0"  # the character after `/`: where the places below a stream end


@dataclass(frozen=True, kw_only=True)
class ReadAs:
    """In what capacity somebody reads: a duty, the office, and the code of a reason, if any."""

    duty: str = ""
    office: str = ""
    reason: str = ""


NOBODY_SAID = ReadAs()


@dataclass(frozen=True, kw_only=True)
class RecordedReading:
    """One reading. `place`: a stream, `<stream>/<version>/<field>` or `blob/<id>`.

    `fields`: of a stream, which were read, each as `<version>/<field>`.
    """

    place: str
    classes: tuple[DataClass, ...]
    reader: Actor
    why: str
    read_as: ReadAs = NOBODY_SAID
    fields: tuple[str, ...] = ()


class AccessRecord:
    """The insert-only collection `access` of the log's database."""

    def __init__(self, log: Database[dict[str, Any]]) -> None:
        self._rows = log.get_collection(COLLECTION, write_concern=DURABLE)

    def note(self, reading: RecordedReading, *, now: datetime) -> None:
        """Record a reading, durably.

        Raises:
            VaultUnavailable: the reading cannot be recorded, so the value may not be read.
        """
        reader = reading.reader
        row = {
            "at": now,
            "place": reading.place,
            "classes": [one.value for one in reading.classes],
            "fields": list(reading.fields),
            "reader": reader.ref,
            "reader_kind": reader.kind,
            "on_behalf_of": reader.on_behalf_of,
            "portal": reader.portal,
            "why": reading.why,
            **asdict(reading.read_as),
        }
        try:
            self._rows.insert_one(row)
        except PyMongoError as error:
            raise VaultUnavailable("The reading cannot be recorded.") from error

    def of(
        self, streams: Iterable[str], blobs: Iterable[str], *, most: int
    ) -> Sequence[dict[str, Any]]:
        """The rows of these streams and uploads, newest first; at most `most`.

        Raises:
            VaultUnavailable: the record cannot be read.
        """
        below = [{"place": {"$gte": one, "$lt": one + AFTER_SLASH}} for one in streams]
        uploads = {"place": {"$in": [f"blob/{one}" for one in blobs]}}
        try:
            found = self._rows.find({"$or": [*below, uploads]}).sort([("at", -1), ("_id", -1)])
            return list(found.limit(most))
        except PyMongoError as error:
            raise VaultUnavailable("The record of readings cannot be read.") from error


def prepare(log: Database[dict[str, Any]]) -> None:
    """Create the index by which the readings of one case are found."""
    log[COLLECTION].create_index([("place", ASCENDING)], name="place")
