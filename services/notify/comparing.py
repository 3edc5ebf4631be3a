"""Holding the projection against the log: invariant 8, shown by a command."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notify.progress import Progress, digest, place_of, streams_of
from services.notify.projector import ProgressStore, document_of, progress_of
from services.notify.reading import Document, Generations, Parts, folded

CHUNK = 200


@dataclass(frozen=True)
class Comparison:
    """What a comparison found: nothing in `findings` means that projection and log agree."""

    generation: int
    cases: int
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every document equals the fold of the log at its versions."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The same for the command line."""
        return {
            "ok": self.ok,
            "generation": self.generation,
            "cases": self.cases,
            "findings": self.findings,
        }


def compare(parts: Parts, *, generation: int | None = None) -> Comparison:
    """Hold every document of a generation (the live one) against the fold of the log.

    At equal versions, so that it may run while cases move: each document is compared with the log
    folded to the document's own versions, and must have what its marks say is handled.
    """
    number = generation or Generations(parts.views).live()
    store = ProgressStore(parts.views, number)
    handled = _handled(parts, store.group)
    findings: list[dict[str, Any]] = []
    ids = sorted(handled)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        stored = {d["_id"]: d for d in store.collection.find({"_id": {"$in": chunk}})}
        for case_id in chunk:
            findings += _compare_one(parts, case_id, stored.get(case_id), handled[case_id])
    for document in store.collection.find({}, {"_id": 1, "versions": 1}):
        if document["_id"] not in handled:
            findings += _compare_unhandled(parts, document)
    return Comparison(number, len(ids), findings)


def _handled(parts: Parts, group: str) -> dict[str, dict[str, int]]:
    """Of each case, the last version of each stream that the generation's marks cover."""
    found: dict[str, dict[str, int]] = {}
    for lane in range(parts.lanes):
        after, upto = 0, parts.marks.get(group, lane)
        while after < upto:
            rows = parts.ledger.rows(lane, after, min(upto, after + parts.page))
            if not rows:
                break
            for row in rows:
                for case_id in _cases_of(parts, row.stream):
                    versions = found.setdefault(case_id, {})
                    versions[row.stream] = max(row.last_version, versions.get(row.stream, 0))
            after = rows[-1].position
    return found


def _cases_of(parts: Parts, stream: str) -> Iterator[str]:
    kind = stream.partition("/")[0]
    data: Mapping[str, Any] = {}
    if kind == "document":
        data = parts.events.load(stream, upto_version=1).events[0].data
    place = place_of(stream, data)
    if place is not None:
        yield place.case


def _compare_one(
    parts: Parts, case_id: str, stored: Document | None, handled: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    if stored is None:
        yield {"finding": "missing", "case": case_id}
        return
    have = streams_of(case_id, stored["versions"])
    for stream, version in handled.items():
        if have.get(stream, 0) < version:
            yield {
                "finding": "behind-its-mark",
                "case": case_id,
                "stream": stream,
                "has": have.get(stream, 0),
                "handled": version,
            }
    expected = folded(parts.events, case_id, have)
    if not _equal(stored, expected):
        yield {"finding": "differs", "case": case_id, "expected": digest(expected)}


def _compare_unhandled(parts: Parts, document: Document) -> Iterator[dict[str, Any]]:
    """A document whose marks were not raised yet is in order; one without a log is not."""
    case_id = document["_id"]
    for stream, version in streams_of(case_id, document["versions"]).items():
        if parts.events.load(stream).version < version:
            yield {"finding": "not-in-the-log", "case": case_id, "stream": stream}


def _equal(stored: Document, expected: Progress) -> bool:
    progress = progress_of(stored)
    if progress is None or digest(progress) != digest(expected):
        return False
    wanted = document_of(expected)
    return all(stored.get(name) == wanted[name] for name in wanted if name != "state")
