"""The same application twice: told by the trial, the answer and the desk, refused by nobody.

A list of what is open, by applicant and item; intake's worker keeps it. What is told by it may be a
moment old: it decides nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.intake.application.faults import Fault
from shared.case import case_of_stream, decode
from shared.case.intake.submission import CaseSubmitted
from shared.case.issuance.closing import CaseClosed
from shared.clock.telling.wording import Words
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.http import organisation_ref, subject_ref

if TYPE_CHECKING:
    from shared.messaging import Handler, Received

Document = dict[str, Any]
MOST_TOLD = 5


class OpenApplications:
    """Collection `open_applications` of the work database: cases applied for and not closed.

    A row is `{_id: case, number, item, subject, organisation, at}`.
    """

    INDEXES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "subject": ("subject", "item"),
        "organisation": ("organisation", "item"),
    }

    def __init__(self, work: Database[Document]) -> None:
        self._rows = work.get_collection(
            "open_applications",
            write_concern=DURABLE,
            read_concern=MAJORITY,
            read_preference=PRIMARY,
        )

    def ensure_indexes(self) -> None:
        """Make the indexes of the looking up; for whoever prepares the databases."""
        for name, keys in self.INDEXES.items():
            self._rows.create_index([(key, ASCENDING) for key in keys], name=name)

    def add(self, case: str, row: Mapping[str, Any]) -> None:
        """Put a case on the list; again is the same."""
        self._rows.update_one({"_id": case}, {"$set": dict(row)}, upsert=True)

    def remove(self, case: str) -> None:
        """Take a closed case off the list."""
        self._rows.delete_one({"_id": case})

    def others(
        self, item: str, *, subject: str, organisation: str = "", but: str = ""
    ) -> Sequence[Document]:
        """Open applications for the item by the same applicant, the oldest first: `{case, number}`.

        None where the list cannot be read: nobody is kept out for it, and nobody waits.
        """
        who = {"organisation": organisation} if organisation else {"subject": subject}
        if not any(who.values()):
            return []
        wanted = {**who, "item": item, "_id": {"$ne": but}}
        try:
            found = list(self._rows.find(wanted).sort("at", ASCENDING).limit(MOST_TOLD))
        except PyMongoError:
            return []
        return [{"case": one["_id"], "number": one["number"] or None} for one in found]


def applicant_by_token() -> dict[str, str]:
    """Who asks, as the list knows them: the party that the token speaks for, or the account.

    Never who is named in the application: what a stranger has open is nobody's business.
    """
    organisation = organisation_ref()
    if organisation is not None:
        return {"subject": "", "organisation": organisation}
    return {"subject": subject_ref() or "", "organisation": ""}


def kept_open(applications: OpenApplications) -> Mapping[str, "Handler"]:
    """What intake's worker does about the events that the list is made from, by event type."""

    def submitted(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, CaseSubmitted) and fact.initiated_by == "applicant":
            applications.add(case_of_stream(received.stream), _row(fact, received))

    def closed(received: "Received") -> None:
        applications.remove(case_of_stream(received.stream))

    return {CaseSubmitted.TYPE: submitted, CaseClosed.TYPE: closed}


def _row(fact: CaseSubmitted, received: "Received") -> Document:
    applying = (one.ref for one in fact.parties if one.role == "applicant" and one.kind != "person")
    organisation = next(applying, "")
    return {
        "number": fact.number,
        "item": fact.item,
        "subject": fact.subject,
        "organisation": organisation,
        "at": received.event.occurred_at,
    }


def repeated_advice(others: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """A word about each open application for the same item; it keeps nobody out."""
    return tuple(
        Fault(
            "already-open",
            Words(
                f"您已有一件同一事项的申请正在办理，业务流水号{one['number'] or one['case']}。"
                "如系重复申请，无需再次提交。",
                "An application of yours for the same item is open already, number"
                f" {one['number'] or one['case']}. If this is the same one, there is no need to"
                " apply again.",
            ),
            "/item",
            {"case": one["case"], "number": one["number"]},
        )
        for one in others
    )
