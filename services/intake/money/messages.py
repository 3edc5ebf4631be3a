"""The gateway's messages by their ids: an id that comes again must come with the same body."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pymongo
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import Contended, LogUnavailable

TAKE_S = 4.0


class CallbackIds:
    """Collection `callbacks` of the work database: `{_id: <gateway>/<message id>, mac, at}`.

    Rows are inserted and never changed. Nothing else rests on them: where they are lost, the claims
    of the transactions still hold.
    """

    def __init__(self, work: Database[dict[str, Any]]) -> None:
        self._ids = work.get_collection(
            "callbacks", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )

    def take(self, message: str, macs: Sequence[str], *, now: datetime) -> bool:
        """Whether the message's body is the first that came under this id.

        Args:
            message: `<gateway>/<message id>`.
            macs: the body's fingerprint under each request key, the present key first.
            now: kept beside it.

        Raises:
            Contended: another request is storing the same id at this moment.
            LogUnavailable: the server is away.
        """
        try:
            with pymongo.timeout(TAKE_S):
                return self._taken(message, macs, now)
        except PyMongoError as error:
            raise LogUnavailable("The ids of messages cannot be reached.") from error

    def _taken(self, message: str, macs: Sequence[str], now: datetime) -> bool:
        try:
            self._ids.insert_one({"_id": message, "mac": macs[0], "at": now})
        except DuplicateKeyError:
            found = self._ids.find_one({"_id": message})
            if found is None:  # not majority-committed yet, so nothing can be compared
                raise Contended("This message is being taken by another request.") from None
            return found["mac"] in macs
        return True
