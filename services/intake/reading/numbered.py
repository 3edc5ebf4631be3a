"""Which case has a number: a list that intake's worker makes from the submissions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pymongo.database import Database

from shared.case import case_of_stream, decode
from shared.case.intake.submission import CaseSubmitted
from shared.config.databases import DURABLE, MAJORITY, PRIMARY

if TYPE_CHECKING:
    from shared.messaging import Handler, Received


class NumberedCases:
    """Collection `numbered_cases` of the work database: a row is `{_id: number, case}`."""

    def __init__(self, work: Database[dict[str, Any]]) -> None:
        self._rows = work.get_collection(
            "numbered_cases",
            write_concern=DURABLE,
            read_concern=MAJORITY,
            read_preference=PRIMARY,
        )

    def add(self, number: str, case: str) -> None:
        """Put a case on the list; again is the same."""
        self._rows.update_one({"_id": number}, {"$set": {"case": case}}, upsert=True)

    def case_of(self, number: str) -> str | None:
        """The id of the case with this number; None where the list has none."""
        row = self._rows.find_one({"_id": number})
        return None if row is None else str(row["case"])


def kept_numbered(cases: NumberedCases) -> Mapping[str, "Handler"]:
    """What intake's worker does about the events that the list is made from, by event type."""

    def submitted(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, CaseSubmitted) and fact.number:
            cases.add(fact.number, case_of_stream(received.stream))

    return {CaseSubmitted.TYPE: submitted}
