"""What stands in the log without a place in the ledger: on its way, foreign, or set aside.

A record that sets a commit aside is believed by every reader, so what it names is looked at here: a
genuine commit, or one that was sequenced, is named by mistake or by somebody who had the key.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pymongo
from pymongo.database import Database

from shared.audit.findings import Findings
from shared.case.admin.setting_aside import CommitSetAside
from shared.eventlog import Keyring, Opened, open_stored
from shared.eventlog.aside.documents import (
    document_hash,
    places_taken,
    stands_at,
    streams_taken,
    version_at,
)
from shared.eventlog.aside.records import AsideRecords
from shared.eventlog.aside.stream import NOTHING, set_aside_among

AT_ONCE: Final = 500
SCAN_TIMEOUT_S: Final = 600

Document = dict[str, Any]


class Beside:
    """Looks through what has no place. `records` are None without the writers' keys."""

    def __init__(
        self,
        db: Database[Document],
        *,
        keys: Keyring | None,
        records: AsideRecords | None,
        lanes: int,
        findings: Findings,
    ) -> None:
        self._commits = db["commits"]
        self._ledger = db["ledger"]
        self._keys = keys
        self._records = records
        self._lanes = list(range(lanes))
        self._findings = findings
        self.set_aside = 0

    def check_records(self) -> None:
        """Hold every record against the document that it names; count those that are honoured."""
        if self._records is None:
            return
        records = self._records.every()
        for page in _pages(list(records.values())):
            there = self._named_by(page)
            for record in page:
                if not record.first_version:  # at no version: the door can only refuse it
                    self.set_aside += 1
                    continue
                wrong = self._record_wrong(there.get(bytes.fromhex(record.hash)))
                place = {"stream": record.stream, "version": record.first_version}
                if wrong:
                    self._findings.add("aside", wrong, **place)  # type: ignore[arg-type]
                else:
                    self.set_aside += 1

    def _named_by(self, page: Sequence[CommitSetAside]) -> dict[bytes, Document]:
        """What stands at the places of records, by its hash."""
        with pymongo.timeout(SCAN_TIMEOUT_S):
            found = self._commits.find(
                {
                    "stream": {"$in": sorted({record.stream for record in page})},
                    "first_version": {"$in": sorted({record.first_version for record in page})},
                }
            )
            return {document_hash(document): document for document in found}

    def _record_wrong(self, document: Document | None) -> str:
        if document is None:
            return "the commit that a record sets aside is not in the log any more"
        if self._records and self._records.sequenced(places_taken(document)):
            return "a record sets a commit aside that has a place in the ledger"
        if not self._opened(document).wrong:
            return "a record sets a genuine commit aside; no reader passes over it"
        return ""

    def check_unsequenced(self, sequenced: int, *, newest: str) -> int:
        """Look for commits without a place when there are more of them than rows.

        Returns:
            How many genuine ones were recorded after `newest`: on their way, no finding.
        """
        with pymongo.timeout(SCAN_TIMEOUT_S):
            if self._commits.count_documents({}) <= sequenced + self.set_aside:
                return 0
            pending, batch = 0, []
            for document in self._commits.find({}):
                batch.append(document)
                if len(batch) == AT_ONCE:
                    pending += self._report(batch, newest)
                    batch.clear()
            return pending + self._report(batch, newest)

    def _report(self, batch: Sequence[Document], newest: str) -> int:
        without = self._without_a_place(batch)
        opened = [self._opened(document) for document in without]
        passed = set_aside_among(without, opened, self._records or NOTHING)
        pending = 0
        for n, (document, one) in enumerate(zip(without, opened, strict=True)):
            young = one.commit is not None and one.commit.body.recorded_at > newest
            if n in passed:
                continue
            if young and not one.wrong:
                pending += 1
                continue
            self._findings.add(
                "unsequenced",
                one.why or "in the log for more than a minute, without a position in its lane",
                lane=lane_said(document),
                stream=next(iter(streams_taken(document)), None),
                version=version_at(document),
            )
        return pending

    def _without_a_place(self, batch: Sequence[Document]) -> list[Document]:
        placed = [place for place in map(stands_at, batch) if place is not None]
        rows = self._ledger.find(
            {
                "lane": {"$in": self._lanes},
                "stream": {"$in": sorted({stream for stream, _ in placed})},
                "first_version": {"$in": sorted({version for _, version in placed})},
            },
            {"_id": 0, "lane": 1, "stream": 1, "first_version": 1},
        )
        there = {(row["lane"], row["stream"], row["first_version"]) for row in rows}
        return [d for d in batch if (lane_said(d), *(stands_at(d) or ())) not in there]

    def _opened(self, document: Document) -> Opened:
        return open_stored(document, self._keys)


def lane_said(document: Document) -> int | None:
    """The lane that a document names, None where that is no number."""
    lane = document.get("lane")
    return lane if isinstance(lane, int) else None


def _pages(records: Sequence[CommitSetAside]) -> Iterator[Sequence[CommitSetAside]]:
    for start in range(0, len(records), AT_ONCE):
        yield records[start : start + AT_ONCE]
