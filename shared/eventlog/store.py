"""The collection `commits`: six reads and one write, and nothing that changes what is there.

Every MongoDB option that matters is written here or in `shared.config.databases`. Errors of the
driver become the log's own: a duplicate key, a server that is away, an outcome that is unknown.
"""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE, LINEARIZABLE, MAJORITY, PRIMARY
from shared.eventlog.aside.stream import NOTHING, Aside, genuine
from shared.eventlog.door import Door
from shared.eventlog.errors import IndexesMissing, LogUnavailable, OutcomeUnknown
from shared.eventlog.model import Loaded

INDEXES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "stream_first_version": (("stream", "first_version"), True),
    "stream_command_id": (("stream", "command_id"), True),
    "lane_seq_hint": (("lane", "seq_hint"), False),
    "gateway_command_id": (("command_id",), False),
}
# Indexes of some commits alone. The gateway's commands are looked for on all streams, and are few.
PARTIAL: Mapping[str, Mapping[str, Any]] = {
    "gateway_command_id": {"command_id": {"$gte": "gateway:", "$lt": "gateway;"}},
}


class Taken(Exception):
    """The version or the command id is in the log already: somebody else was first."""


class CommitStore:
    """Commits in MongoDB. Durable writes (majority, journaled), majority reads from the primary."""

    def __init__(
        self, log: Database[dict[str, Any]], door: Door, *, aside: Aside = NOTHING
    ) -> None:
        self.door = door
        self.aside = aside
        self._commits: Collection[dict[str, Any]] = log.get_collection(
            "commits", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._exact = log.get_collection(
            "commits", read_concern=LINEARIZABLE, read_preference=PRIMARY
        )

    def stream(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        """All commits of a stream in order, or those that begin at or below a version.

        Raises:
            LogUnavailable: the server is away.
            NotBelieved, LogCorrupt: a commit is not genuine, or does not continue the stream.
        """
        wanted: dict[str, Any] = {"stream": stream}
        if upto_version is not None:
            wanted["first_version"] = {"$gte": 1, "$lte": upto_version}
        try:
            found = list(self._commits.find(wanted).sort("first_version", ASCENDING))
            return genuine(stream, found, self.door, self.aside)
        except PyMongoError as error:
            raise LogUnavailable("The event log cannot be read.") from error

    def confirmed(self, stream: str, first_version: int) -> bool:
        """Whether a commit begins at this version, asked linearizably: no stale primary answers."""
        wanted = {"stream": stream, "first_version": first_version}
        try:
            return self._exact.find_one(wanted, {"_id": 1}) is not None
        except PyMongoError as error:
            raise LogUnavailable("The event log cannot be read.") from error

    def is_begun(self, stream: str) -> bool:
        """Whether anything stands on a stream, whatever it is.

        Raises:
            LogUnavailable: the server is away.
        """
        try:
            return self._commits.find_one({"stream": stream}, {"_id": 1}) is not None
        except PyMongoError as error:
            raise LogUnavailable("The event log cannot be read.") from error

    def streams_of(self, command_id: str) -> tuple[str, ...]:
        """The streams that have a commit of this command of the gateway (`gateway:…`).

        What is found is not verified: the caller loads the stream.

        Raises:
            LogUnavailable: the server is away.
        """
        try:
            found = self._commits.find({"command_id": command_id}, {"_id": 0, "stream": 1})
            return tuple(sorted({str(row["stream"]) for row in found}))
        except PyMongoError as error:
            raise LogUnavailable("The event log cannot be read.") from error

    def insert(self, document: Mapping[str, Any]) -> None:
        """Store one commit, durably.

        Raises:
            Taken: its version or its command id is in the log already.
            OutcomeUnknown: the server did not say whether it stored it.
        """
        try:
            self._commits.insert_one(dict(document))
        except DuplicateKeyError as error:
            raise Taken from error
        except ConnectionFailure as error:
            raise OutcomeUnknown("The event log did not answer the write.") from error
        except PyMongoError as error:
            raise OutcomeUnknown("The event log answered the write with an error.") from error

    def check_indexes(self) -> None:
        """Refuse to run without the indexes that concurrency and idempotency rest on.

        Raises:
            IndexesMissing: naming those that are absent or not unique.
            LogUnavailable: when the server cannot be asked.
        """
        try:
            present = list(self._commits.list_indexes())
        except PyMongoError as error:
            raise LogUnavailable("The event log's indexes cannot be read.") from error
        have = {(tuple(i["key"]), bool(i.get("unique", False))) for i in present}
        missing = [name for name, wanted in INDEXES.items() if wanted not in have]
        if missing:
            raise IndexesMissing(
                f"The collection commits lacks its indexes {', '.join(missing)};"
                " prepare the database before a service starts."
            )


def partial(index: str) -> dict[str, Any]:
    """The options of an index that covers some commits alone; none for the others."""
    covered = PARTIAL.get(index)
    return {} if covered is None else {"partialFilterExpression": dict(covered)}


def prepare(log: Database[dict[str, Any]]) -> None:
    """Create `commits` and its indexes; for whoever sets an installation up, never a service.

    Raises:
        LogUnavailable: when the server cannot be reached.
    """
    try:
        for name, (keys, unique) in INDEXES.items():
            log["commits"].create_index(
                [(key, ASCENDING) for key in keys], name=name, unique=unique, **partial(name)
            )
    except PyMongoError as error:
        raise LogUnavailable("The event log's indexes cannot be created.") from error
