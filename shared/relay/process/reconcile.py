"""Reconciliation: commits of the log that are missing in the ledger are reported and offered again.

It runs in small pieces all the time (`Sweep`), completely on demand (`reconcile`), and between the
topic and the ledger (`reconcile_topic`). Each proves completeness as of its start.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from pymongo.database import Database

from shared.eventlog.aside.documents import stands_at
from shared.eventlog.aside.stream import NOTHING, Aside, set_aside_among
from shared.eventlog.codec import sha256
from shared.eventlog.door import Door, Place, leaf_named, leaf_of
from shared.eventlog.stored import Opened
from shared.kafka.ports import Broker
from shared.kafka.record import Record, Signer
from shared.relay.assign.feed import FIRST, WHOLE, Scan
from shared.relay.ledger.candidate import verified
from shared.relay.ledger.ledger import Ledger, Row

Document = dict[str, Any]
PLACE = {"_id": 0, "stream": 1, "first_version": 1, "lane": 1, "seq_hint": 1}
PAGE = 500
HELD_AT_ONCE = 100  # all that a lane keeps (`Tuning.held_shown`)


class LogFinding(msgspec.Struct, frozen=True):
    """A deviation; `kind` is stable, `detail` is one sentence."""

    kind: str
    lane: int
    stream: str
    version: int
    detail: str


class LaneSize(msgspec.Struct, frozen=True):
    """The checked amounts of one lane."""

    lane: int
    head: int
    commits: int


class Report(msgspec.Struct, frozen=True):
    """The outcome of a reconciliation; `ok` if there are no findings."""

    ok: bool
    lanes: tuple[LaneSize, ...]
    findings: tuple[LogFinding, ...]


class Sweep:
    """Visits one lane piece by piece, round and round, for commits without a row."""

    def __init__(self, log: Database[Document], ledger: Ledger, lane: int) -> None:
        self._log = log
        self._ledger = ledger
        self._lane = lane
        self._scan: Scan | None = None
        self.rounds = 0

    def piece(self, limit: int, *, held: Iterable[str] = ()) -> list[Document]:
        """The missing commits among held streams and the next `limit` of the lane, in order."""
        found = self._of_held(list(held)[:HELD_AT_ONCE])
        if self._scan is None:
            self._scan = Scan(self._log, self._lane, since=FIRST, fields=PLACE)
        places = self._scan.step(limit)
        if self._scan.done:
            self._scan = None
            self.rounds += 1
        return found + whole(self._log, missing(self._ledger, self._lane, places))

    def _of_held(self, streams: list[str]) -> list[Document]:
        """Every commit of a held stream without a row: its missing predecessors first."""
        if not streams:
            return []
        heads = self._ledger.heads(self._lane, streams)
        found = self._log["commits"].find({"stream": {"$in": streams}}, WHOLE)
        waiting = [
            d for d in found if _is_placed(d) and d["first_version"] > heads.get(d["stream"], 0)
        ]
        return sorted(waiting, key=lambda d: (d["stream"], d["first_version"]))


def missing(ledger: Ledger, lane: int, places: Sequence[Document]) -> list[Document]:
    """Those commits that the ledger does not have, by stream and version.

    Found by where they begin: the version that a commit ends at is not believed here.
    """
    placed = [place for place in places if _is_placed(place)]
    there = ledger.firsts(lane, (place["stream"] for place in placed)) if placed else set()
    lost = [place for place in placed if (place["stream"], place["first_version"]) not in there]
    return sorted(lost, key=lambda place: (place["stream"], place["first_version"]))


def _is_placed(document: Document) -> bool:
    """Whether a stored document says of which stream it is and where it begins."""
    return stands_at(document) is not None


def whole(log: Database[Document], places: Sequence[Document]) -> list[Document]:
    """The documents of commits, in the order of `places`."""
    if not places:
        return []
    found = log["commits"].find(
        {
            "stream": {"$in": sorted({p["stream"] for p in places})},
            "first_version": {"$in": sorted({p["first_version"] for p in places})},
        },
        WHOLE,
    )
    by_place = {(d["stream"], d["first_version"]): d for d in found if _is_placed(d)}
    wanted = [(p["stream"], p["first_version"]) for p in places]
    return [by_place[place] for place in wanted if place in by_place]


def reconcile(
    log: Database[Document],
    lanes: Sequence[int],
    door: Door,
    *,
    aside: Aside = NOTHING,
    settle: Callable[[Callable[[], bool]], object] = lambda settled: settled(),
) -> Report:
    """Compare the whole log with the ledger, up to the ledger's heads at the start.

    `settle(condition)` waits a while for a running sequencer to take up commits in flight; by
    default there is no wait. A commit without a position after that is a finding, with its reason,
    unless a record sets it aside.
    """
    sizes: list[LaneSize] = []
    findings: list[LogFinding] = []
    for lane in lanes:
        ledger = Ledger(log)
        head = ledger.head(lane)
        findings += _ledger_findings(log, lane, head, door, aside)
        strange: dict[object, None] = {}
        commits, lost = _unassigned(log, ledger, lane, strange)
        findings += _strange(log, lane, list(strange), door, aside)
        lost = _waited_for(log, lost, door, aside)
        if lost:

            def settled(
                ledger: Ledger = ledger, lane: int = lane, lost: list[Document] = lost
            ) -> bool:
                return not missing(ledger, lane, lost)

            settle(settled)
            findings += _explained(log, lane, missing(ledger, lane, lost), door, aside)
        sizes.append(LaneSize(lane, head, commits))
    findings += _outside(log, lanes, door, aside)
    return Report(not findings, tuple(sizes), tuple(findings))


def _outside(
    log: Database[Document], lanes: Sequence[int], door: Door, aside: Aside
) -> Iterable[LogFinding]:
    """Commits in a lane that no sequencer looks at, or in none: they never get a position."""
    documents = list(log["commits"].find({"lane": {"$nin": list(lanes)}}, WHOLE))
    for document in _not_aside(documents, door.open(documents), aside):
        lane = document.get("lane")
        detail = f"There is no lane {lane!r}: the commit never gets a position."
        yield _finding("no-such-lane", lane if isinstance(lane, int) else -1, document, detail)


def _not_aside(
    documents: Sequence[Document], opened: Sequence[Opened], aside: Aside
) -> list[Document]:
    """These documents without those that a record sets aside."""
    passed = set_aside_among(documents, opened, aside)
    return [document for n, document in enumerate(documents) if n not in passed]


def _finding(kind: str, lane: int, document: Document, detail: str) -> LogFinding:
    """A finding of a document that may say anything of its place."""
    stream, version = document.get("stream"), document.get("first_version")
    at = version if isinstance(version, int) else 0
    return LogFinding(kind, lane, str(stream), at, detail)


def _unassigned(
    log: Database[Document], ledger: Ledger, lane: int, strange: dict[object, None]
) -> tuple[int, list[Document]]:
    """How many commits the lane has, and those without a row.

    The ids of those that do not say of which stream and version they are go into `strange`; a scan
    may give a document twice.
    """
    scan = Scan(log, lane, since=FIRST, fields={**PLACE, "_id": 1})
    seen: set[tuple[str, int]] = set()
    lost: list[Document] = []
    while not scan.done:
        page = scan.step(PAGE)
        strange |= dict.fromkeys(p["_id"] for p in page if not _is_placed(p))
        page = [p for p in page if _is_placed(p)]
        new = [p for p in page if (p["stream"], p["first_version"]) not in seen]
        seen.update((p["stream"], p["first_version"]) for p in new)
        lost += missing(ledger, lane, new)
    return len(seen), lost


def _strange(
    log: Database[Document], lane: int, ids: Sequence[object], door: Door, aside: Aside
) -> Iterable[LogFinding]:
    """Commits that do not say of which stream and version they are."""
    for start in range(0, len(ids), PAGE):
        documents = list(log["commits"].find({"_id": {"$in": list(ids[start : start + PAGE])}}))
        for document in _not_aside(documents, door.open(documents), aside):
            detail = "It does not say of which stream and version it is."
            yield _finding("foreign-commit", lane, document, detail)


def _waited_for(
    log: Database[Document], lost: Sequence[Document], door: Door, aside: Aside
) -> list[Document]:
    """The places of those that may still get a row: all that no record sets aside."""
    documents = whole(log, lost)
    return [
        {"stream": one["stream"], "first_version": one["first_version"]}
        for one in _not_aside(documents, door.open(documents), aside)
    ]


def _explained(
    log: Database[Document], lane: int, lost: Sequence[Document], door: Door, aside: Aside
) -> list[LogFinding]:
    findings = []
    documents = whole(log, lost)
    documents = _not_aside(documents, door.open(documents), aside)
    for document, opened in zip(documents, door.open(documents), strict=True):
        found = verified(opened, lane=lane, suspect=False)
        why = found if isinstance(found, str) else ""
        kind = "foreign-commit" if why else "unassigned"
        detail = f"The commit is held: {why}." if why else "The commit has no position yet."
        place = (document["stream"], document["first_version"])
        findings.append(LogFinding(kind, lane, *place, detail))
    return findings


def _ledger_findings(
    log: Database[Document], lane: int, head: int, door: Door, aside: Aside
) -> list[LogFinding]:
    """Findings in rows 1 to head: rows are dense, each stream in order, each the log's commit."""
    findings: list[LogFinding] = []
    ledger, streams = Ledger(log), dict[str, Row]()
    for after in range(0, head, PAGE):
        rows = ledger.rows(lane, after, min(after + PAGE, head))
        wanted = set(range(after + 1, min(after + PAGE, head) + 1))
        findings.extend(
            LogFinding("ledger-hole", lane, "", 0, f"Position {position} of the ledger is empty.")
            for position in sorted(wanted - {row.position for row in rows})
        )
        commits = _commits_of(log, rows, door)
        for row in rows:
            wrong = _row_wrong(row, streams.get(row.stream), commits, aside)
            if wrong:
                findings.append(LogFinding(wrong[0], lane, row.stream, row.first_version, wrong[1]))
            before = streams.get(row.stream, row)
            streams[row.stream] = max(before, row, key=lambda one: one.last_version)
    return findings


def _commits_of(
    log: Database[Document], rows: Sequence[Row], door: Door
) -> dict[tuple[str, int], Opened]:
    wanted = [{"stream": r.stream, "first_version": r.first_version} for r in rows]
    documents = whole(log, wanted)
    places = {row.leaf: Place(row.lane, row.position) for row in rows}
    opened = door.open(documents, places)
    return {
        (d["stream"], d["first_version"]): one for d, one in zip(documents, opened, strict=True)
    }


def _row_wrong(
    row: Row, before: Row | None, commits: Mapping[tuple[str, int], Opened], aside: Aside
) -> tuple[str, str] | None:
    """The fault of a row (kind and sentence), which follows `before`; None if there is none."""
    place = f"position {row.position}"
    opened = commits.get((row.stream, row.first_version))
    head = 0 if before is None else before.last_version
    if row.first_version != head + 1 and not _steps_over(row, before, opened, aside):
        return "stream-order", f"At {place} version {head + 1} was to come first."
    if opened is None:
        return "commit-missing", f"The commit at {place} is not in the log."
    events = tuple(sha256(value) for value in opened.values)
    if leaf_of(opened) != row.leaf or events != row.events:
        return "commit-changed", f"The commit at {place} is not the one that was sequenced."
    if opened.wrong:
        return "commit-changed", f"The commit at {place} is not believed: {opened.why}."
    return None


def _steps_over(row: Row, before: Row | None, opened: Opened | None, aside: Aside) -> bool:
    """Whether records name what a row leaves out, and its commit names the one before that."""
    head = 0 if before is None else before.last_version
    if row.first_version <= head or opened is None or opened.commit is None:
        return False
    if leaf_named(opened.commit.body.prev_hash) != (None if before is None else before.leaf):
        return False
    return aside.explains(row.stream, head, row.first_version)


def reconcile_topic(broker: Broker, ledger: Ledger, lanes: Sequence[int], signer: Signer) -> Report:
    """Compare each partition with the ledger up to its head, from the first retained position on.

    Raises:
        BrokerAway: Kafka does not answer.
    """
    sizes: list[LaneSize] = []
    findings: list[LogFinding] = []
    with broker.tail() as tail:
        for lane in lanes:
            head = ledger.head(lane)
            begin, end = tail.bounds(lane)
            seen: dict[int, dict[int, bytes]] = {}
            for start in range(begin, end, 5 * PAGE):
                for record in tail.read(lane, start, min(start + 5 * PAGE, end)):
                    if isinstance(record, Record) and signer.valid(record):
                        seen.setdefault(record.position, {})[record.index] = record.digest
            first = 1 if begin == 0 else min(seen, default=head + 1)
            for after in range(first - 1, head, PAGE):
                for row in ledger.rows(lane, after, min(after + PAGE, head)):
                    if seen.get(row.position) != dict(enumerate(row.events, start=1)):
                        detail = f"Position {row.position} is not, or not rightly, on the topic."
                        findings.append(
                            LogFinding("not-on-topic", lane, row.stream, row.first_version, detail)
                        )
            sizes.append(LaneSize(lane, head, len(seen)))
    return Report(not findings, tuple(sizes), tuple(findings))
