"""Which documents somebody holds: one by its number, or the last of a series.

An officer names an older document for the person whose case is on the desk. Only that person's own
documents are ever found, so that a number tells nothing of anybody else: one that does not exist
and one that is somebody else's have the same answer. What the officer is told of a number that an
applicant stated is found here too (`of_series`); applicants are told nothing of it.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import pymongo
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.case import Case, IssuedDocument, case_stream, document_stream
from shared.casework.log import case_of, issued_document
from shared.config.databases import MAJORITY, PRIMARY
from shared.eventlog import EventLog
from shared.eventlog.errors import LogUnavailable

FIND_S = 6.0
NONE: frozenset[int] = frozenset()


class Numbered(NamedTuple):
    """A document with a number of ours, and the case that it came of."""

    document: IssuedDocument
    case: Case


class Holdings:
    """Reads the numbers that issuance gave, and the streams of their documents."""

    def __init__(self, database: Database[dict[str, Any]], log: EventLog) -> None:
        self._numbers: Collection[dict[str, Any]] = database.get_collection(
            "numbers", read_concern=MAJORITY, read_preference=PRIMARY
        )
        self._log = log

    def find(self, case: Case, *, series: str, number: str = "") -> str | None:
        """The id of a document that the applicant of `case` holds and whose number counts.

        `number` is a whole one (`identity-card/17`); empty: the last one of `series`. None where it
        does not exist, is not theirs, counts no more, is of another department, or of a case that
        is not closed yet.

        Raises:
            LogUnavailable: the server is away.
        """
        if not case.subject:
            return None
        named = self._named(number) if number else self._of_holder(case.subject, series)
        return next((one for one in named if self._is_theirs(one, case)), None)

    def of_series(
        self, series: AbstractSet[str], *, serials: AbstractSet[int] = NONE, holder: str = ""
    ) -> list[Numbered]:
        """The documents of these series that have one of these serials, or that somebody holds.

        The last number first. Whoever holds it, and whether it counts, is for the caller to see.

        Raises:
            LogUnavailable: the server is away.
        """
        wanted: dict[str, Any] = {"holder": holder}
        if not holder:
            wanted = {"_id": {"$in": [f"{one}/{serial}" for one in series for serial in serials]}}
        ids = self._documents(wanted, series)
        loaded = (issued_document(self._log.load(document_stream(one))) for one in ids)
        return [
            Numbered(one, case_of(self._log.load(case_stream(one.case))))
            for one in loaded
            if one.case
        ]

    def _named(self, number: str) -> Iterator[str]:
        return self._documents({"_id": number})

    def _of_holder(self, holder: str, series: str) -> Iterator[str]:
        """Of one series, the last number first."""
        return self._documents({"holder": holder}, {series} if series else frozenset())

    def _documents(
        self, query: dict[str, Any], series: AbstractSet[str] = frozenset()
    ) -> Iterator[str]:
        try:
            with pymongo.timeout(FIND_S):
                rows = list(self._numbers.find(query))
        except PyMongoError as error:
            raise LogUnavailable("The numbers cannot be reached.") from error
        split = [(*str(row["_id"]).rpartition("/")[::2], str(row["document"])) for row in rows]
        of_series = [one for one in split if not series or one[0] in series]
        last_first = sorted(of_series, key=lambda one: int(one[1]), reverse=True)
        return (document for _, _, document in last_first)

    def _is_theirs(self, document_id: str, case: Case) -> bool:
        document = issued_document(self._log.load(document_stream(document_id)))
        if document.ended or document.case == case.id:
            return False
        before = case_of(self._log.load(case_stream(document.case)))
        theirs = (before.subject, before.department) == (case.subject, case.department)
        return theirs and before.closed is not None


def issued(case: Case, document_id: str, result: str) -> bool:
    """Whether a numbered paper really came to be: it was made, or it was written down."""
    made = case.document
    if made is not None and made.id == document_id:
        return made.produced is not None
    return result in case.written
