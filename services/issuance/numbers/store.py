"""Serial numbers of issued documents: never given twice, none skipped (invariant 5).

A number is reserved for its owner before anything is appended, in a collection that is only ever
inserted into. Two unique keys carry the promise: `_id` is the number, `owner` is the grant. What a
crash, a lost answer or a race leaves behind is found again by owner. `docs/models/e_numbers.py`
walks the same steps; its traces are tests here.
"""

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import pymongo
import structlog
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import Contended, IndexesMissing, LogUnavailable
from shared.eventlog.numbered import last_taken

Document = dict[str, Any]
_log = structlog.get_logger(__name__)

ATTEMPTS = 40
BACKOFF_S = 0.02
RESERVE_S = 6.0
DOCUMENT_ID_BYTES = 20  # 160 bits: more than the 128 that make guessing hopeless


class Owner(msgspec.Struct, frozen=True):
    """What a number is given to: the `issue`-th document (from 1) of one grant of one case."""

    case: str
    grant: int
    issue: int = 1

    @property
    def key(self) -> str:
        """The text under the unique index; a case id and a grant hold no slash."""
        return f"{self.case}/{self.grant}/{self.issue}"


class Reserved(msgspec.Struct, frozen=True):
    """A number that belongs to its owner for ever."""

    scheme: str
    number: int
    owner: str
    document: str


class NumberTaken(Exception):
    """The log and the collection of numbers disagree: a restore must stop here."""


def document_id(key: bytes, owner: Owner) -> str:
    """The id of the owner's document: nobody can guess it, and a retry finds the same one.

    Args:
        key: 32 bytes, secret of the installation.
        owner: case, grant and issue.

    Returns:
        32 lower-case base32 characters (160 bits of HMAC-SHA256).
    """
    digest = hmac.new(key, f"document|{owner.key}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:DOCUMENT_ID_BYTES]).decode("ascii").lower()


class Numbers:
    """The collection `numbers` of the log's database: find and insert, nothing else."""

    def __init__(
        self,
        database: Database[Document],
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        # Majority reads: a number seen before it is majority-committed can be rolled back and
        # given to another (trace e2).
        self.collection: Collection[Document] = database.get_collection(
            "numbers", read_concern=MAJORITY, write_concern=DURABLE, read_preference=PRIMARY
        )
        self._sleep = sleep
        self._jitter = jitter
        self._known: dict[str, int] = {}
        self._checked = False

    def ensure_indexes(self) -> None:
        """Create the unique index on `owner`, and the one by which a holder's are found.

        For the one who prepares the databases.
        """
        self.collection.create_index("owner", unique=True, name="owner")
        self.collection.create_index("holder", name="holder")

    def check_indexes(self) -> None:
        """Refuse to work without the index that the promise rests on.

        Raises:
            IndexesMissing: when `owner` is not unique.
        """
        unique = [list(i["key"]) for i in self.collection.list_indexes() if i.get("unique")]
        if ["owner"] not in unique:
            raise IndexesMissing("The collection numbers has no unique index on owner.")
        self._checked = True

    def of(self, owner: Owner) -> Reserved | None:
        """The owner's number, if it has one."""
        row = self.collection.find_one({"owner": owner.key})
        return None if row is None else _reserved(row)

    def given_to(self, owners: Sequence[Owner]) -> tuple[Reserved, ...]:
        """The numbers of those owners that have one, in the order of the owners.

        Raises:
            LogUnavailable: the server is away.
        """
        keys = [owner.key for owner in owners]
        try:
            with pymongo.timeout(RESERVE_S):
                rows = list(self.collection.find({"owner": {"$in": keys}}))
        except PyMongoError as error:
            raise LogUnavailable("The numbers cannot be reached.") from error
        found = (_reserved(row) for row in rows)
        return tuple(sorted(found, key=lambda reserved: keys.index(reserved.owner)))

    def reserve(
        self, owner: Owner, *, scheme: str, document: str, now: datetime, holder: str = ""
    ) -> Reserved:
        """The owner's number: the one it has, else the next free one of `scheme`.

        A number is tried only when the one before it is taken for good, so none is skipped.
        `document` is kept beside the number: a retry after a change of key finds the first one.
        `holder`, the subject reference of the case, is kept beside it too: `shared.casework`
        finds somebody's documents by it.

        Raises:
            Contended: after many lost races; nothing is reserved, or it is found by the retry.
            LogUnavailable: the server is away; the retry finds what was reserved.
            IndexesMissing: nothing keeps two owners apart here.
        """
        try:
            with pymongo.timeout(RESERVE_S):
                if not self._checked:
                    self.check_indexes()
                beside = {"document": document} | ({"holder": holder} if holder else {})
                return self._reserve(owner, scheme=scheme, beside=beside, now=now)
        except PyMongoError as error:
            raise LogUnavailable("The numbers cannot be reached.") from error

    def _reserve(
        self, owner: Owner, *, scheme: str, beside: Mapping[str, str], now: datetime
    ) -> Reserved:
        for attempt in range(ATTEMPTS):
            if (mine := self.of(owner)) is not None:
                return mine
            number = self._first_free(scheme)
            row = {
                "_id": f"{scheme}/{number}",
                "owner": owner.key,
                **beside,
                "reserved_at": now,
            }
            try:
                self.collection.insert_one(row)
            except DuplicateKeyError:
                # Somebody took the number, or another of us serves this owner: look again.
                self._sleep(BACKOFF_S * self._jitter() * min(attempt + 1, 8))
            except PyMongoError:
                # The answer is lost, the insert perhaps not: only the look by owner can tell.
                _log.warning("number_answer_lost", case=owner.case, scheme=scheme)
                self._sleep(BACKOFF_S * self._jitter())
            else:
                self._known[scheme] = max(number, self._known.get(scheme, 0))
                return _reserved(row)
        raise Contended(f"no number of {scheme} could be reserved in {ATTEMPTS} attempts")

    def readmit(self, reserved: Reserved, *, now: datetime) -> bool:
        """After a restore: put a number that the log knows back; True if it was missing.

        Raises:
            NumberTaken: the number or the owner is bound otherwise (trace e4).
        """
        row = {
            "_id": f"{reserved.scheme}/{reserved.number}",
            "owner": reserved.owner,
            "document": reserved.document,
            "reserved_at": now,
        }
        try:
            self.collection.insert_one(row)
        except DuplicateKeyError as error:
            found = self.collection.find_one({"_id": row["_id"]})
            if found is not None and _reserved(found) == reserved:
                return False
            raise NumberTaken(f"{row['_id']} is not the number of {reserved.owner}") from error
        return True

    def taken(self, scheme: str, number: int) -> Reserved | None:
        """Who has this number, if anybody."""
        row = self.collection.find_one({"_id": f"{scheme}/{number}"})
        return None if row is None else _reserved(row)

    def head(self, scheme: str) -> int:
        """The highest number taken (0: none yet)."""
        return self._first_free(scheme) - 1

    def _first_free(self, scheme: str) -> int:
        """The number after the last one taken; numbers are taken without a gap."""
        last = last_taken(
            lambda number: self.taken(scheme, number) is not None,
            known=self._known.get(scheme, 0),
        )
        self._known[scheme] = max(last, self._known.get(scheme, 0))
        return last + 1


def _reserved(row: Document) -> Reserved:
    scheme, _, number = str(row["_id"]).rpartition("/")
    return Reserved(scheme, int(number), str(row["owner"]), str(row["document"]))
