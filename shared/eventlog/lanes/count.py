"""How many lanes a log has: its own number, which no process may be told otherwise.

The number stands in `lanes` (`count`) and, signed, in the newest head note, which has a line for
each lane. A log of before has no such document: there it is what the note, the leases and the
ledger show. It only grows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from pymongo import DESCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config import Databases, Secrets, Settings, SettingsError
from shared.eventlog.errors import LogUnavailable
from shared.eventlog.signed.chain import head_chain
from shared.eventlog.signed.notes import BadNote, PublicKey, open_head

COUNT: Final = "count"
Document = dict[str, Any]


class LanesDiffer(SettingsError):
    """This process must not work on this log: the numbers of lanes contradict each other."""


class LaneCount:
    """The number of lanes of a log, read once and kept: it changes with all writers stopped.

    `told` is what the process was told, if it was; a new log gets that, or `default`. `key()` is
    the key of the head notes.
    """

    def __init__(
        self,
        log: Database[Document],
        key: Callable[[], PublicKey],
        *,
        told: int | None,
        default: int,
    ) -> None:
        self._log = log
        self._key = key
        self._told = told
        self._default = default
        self._known = 0

    def __call__(self) -> int:
        """The number of lanes.

        Raises:
            LanesDiffer: the process was told another, or the signed note has more.
            LogUnavailable: the server is away.
        """
        if not self._known:
            try:
                self._known = self._read()
            except PyMongoError as error:
                raise LogUnavailable("The event log cannot be read.") from error
        return self._known

    def _read(self) -> int:
        signed = signed_lanes(self._log, self._key())
        stored = stored_lanes(self._log)
        if stored and signed > stored:
            raise LanesDiffer(
                f"The signed head note lists {signed} lanes, and the log says that it has "
                f"{stored}: the databases were restored from an older copy, or edited."
            )
        found = stored or max(signed, shown_lanes(self._log))
        if found and self._told not in {None, found}:
            raise LanesDiffer(
                f"The log has {found} lanes, and CASELEDGER_LANES says {self._told}: leave it "
                "unset. To add lanes stop everything and run `caseledger relay lanes NUMBER`."
            )
        return found or self._told or self._default

    def keep(self) -> int:
        """Write the number down where no document has it yet; give the number.

        Raises:
            LanesDiffer, LogUnavailable: as a call.
        """
        number = self()
        try:
            if not stored_lanes(self._log):
                self._log["lanes"].insert_one({"_id": COUNT, "lanes": number})
        except DuplicateKeyError:  # another process was faster, and may have been told another
            self._known = 0
            return self()
        except PyMongoError as error:
            raise LogUnavailable("The number of lanes cannot be written.") from error
        return number


def stored_lanes(log: Database[Document]) -> int:
    """The number in the document; 0 where there is none."""
    found = log["lanes"].find_one({"_id": COUNT})
    return int(found["lanes"]) if found else 0


def raise_lanes(log: Database[Document], number: int) -> None:
    """Give the log this many lanes, or leave it with more: for when all writers are stopped."""
    log["lanes"].update_one({"_id": COUNT}, {"$max": {"lanes": number}}, upsert=True)


def signed_lanes(log: Database[Document], key: PublicKey) -> int:
    """The number of lanes in the newest head note; 0 where none is signed by this installation."""
    stored = head_chain(log).last()
    try:
        return 0 if stored is None else len(open_head(key, stored.note).lanes)
    except BadNote:  # a finding of the verification
        return 0


def shown_lanes(log: Database[Document]) -> int:
    """The number that the leases and the ledger of a log of before show; 0 for a new log."""
    leases = log["lanes"].find({"_id": {"$regex": "^lease/"}}, {"_id": 1})
    lanes = [int(str(row["_id"]).removeprefix("lease/")) for row in leases]
    last = log["ledger"].find_one({}, {"lane": 1}, sort=[("lane", DESCENDING)])
    if last is not None:
        lanes.append(int(last["lane"]))
    return max(lanes, default=-1) + 1


def lane_count(settings: Settings, secrets: Secrets, databases: Databases) -> LaneCount:
    """The number of lanes of an installation's log; nothing is read yet."""
    return LaneCount(
        databases.log,
        lambda: PublicKey(settings.installation, secrets.checkpoint_public),
        told=settings.lanes if settings.lanes_from == "told" else None,
        default=settings.lanes,
    )


def with_lanes(settings: Settings, number: int) -> Settings:
    """The settings with the log's own number."""
    return replace(settings, lanes=number, lanes_from="log")
