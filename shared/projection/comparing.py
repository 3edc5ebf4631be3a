"""Holding a view against the log: invariant 8, shown by a command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.eventlog import Event
from shared.eventlog.errors import CommitMissing, StreamDamaged
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from shared.projection.store import Store
from shared.projection.view import Document, KeptState, fold, restored, stored_form

CHUNK = 200


@dataclass(frozen=True)
class Comparison:
    """What a comparison found: nothing in `findings` means that view and log agree."""

    generation: int
    cases: int
    findings: list[dict[str, Any]] = field(default_factory=list)
    noun: str = "case"

    @property
    def ok(self) -> bool:
        """Whether every document equals the fold of the log at its versions."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The same for the command line."""
        return {
            "ok": self.ok,
            "generation": self.generation,
            f"{self.noun}s": self.cases,
            "findings": self.findings,
        }


def compare(parts: Parts, *, generation: int | None = None) -> Comparison:
    """Hold every document of a generation (the live one) against the fold of the log.

    At equal versions, so that it may run while cases move: each document is compared with the log
    folded to the document's own versions, and must have what its marks say is handled. A stream
    that is refused is a finding, and the others are compared. A generation in another format cannot
    be compared: that is the one finding then.

    Raises:
        Interrupted: `parts.keep_on` says no any more.
    """
    generations = Generations(parts.view, parts.views)
    number = generation or generations.live()
    noun = parts.view.noun
    if not generations.is_readable(number):
        return Comparison(number, 0, [_other_format(parts, generations, number)], noun)
    store = Store(parts.view, parts.views, number)
    findings: list[dict[str, Any]] = []
    handled = _handled(parts, store.group, findings)
    keys = sorted(handled)
    for start in range(0, len(keys), CHUNK):
        parts.check()
        chunk = keys[start : start + CHUNK]
        stored = {d["_id"]: d for d in store.collection.find({"_id": {"$in": chunk}})}
        for key in chunk:
            document = stored.get(key)
            with _refused(parts, findings, key):
                findings.extend(_compare_one(parts, key, document, handled[key]))
    for document in store.collection.find({}, {"_id": 1, "versions": 1}):
        if document["_id"] not in handled:
            with _refused(parts, findings, document["_id"]):
                findings.extend(_compare_unhandled(parts, document))
    return Comparison(number, len(keys), findings, noun)


@contextmanager
def _refused(
    parts: Parts, findings: list[dict[str, Any]], key: str | None = None
) -> Iterator[None]:
    """Make a stream that is refused a finding, of a key where it is known."""
    try:
        yield
    except StreamDamaged as error:
        named = {} if key is None else {parts.view.noun: key}
        findings.append(named | error.as_finding())


def _other_format(parts: Parts, generations: Generations, number: int) -> dict[str, Any]:
    return {
        "finding": "other-format",
        "generation": number,
        "format": generations.format_of(number),
        "expected": parts.view.format,
    }


def _handled(parts: Parts, group: str, findings: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Of each key, the last version of each stream that the generation's marks cover.

    A stream whose key cannot be known because it is refused is a finding.
    """
    found: dict[str, dict[str, int]] = {}
    keys: dict[str, str | None] = {}
    for lane in range(parts.lanes):
        after, upto = 0, parts.marks.get(group, lane)
        while after < upto:
            parts.check()
            rows = parts.ledger.rows(lane, after, min(upto, after + parts.page))
            if not rows:
                break
            for row in rows:
                if row.stream not in keys:
                    keys[row.stream] = None
                    with _refused(parts, findings):
                        keys[row.stream] = _key_of(parts, row.stream)
                key = keys[row.stream]
                if key is not None:
                    versions = found.setdefault(key, {})
                    versions[row.stream] = max(row.last_version, versions.get(row.stream, 0))
            after = rows[-1].position
    return found


def _key_of(parts: Parts, stream: str) -> str | None:
    try:
        return parts.view.place_of(stream, {})
    except KeyError:  # the name does not say it: the first event does
        loaded = parts.events.load(stream, upto_version=1)
        if not loaded.events:
            detail = f"{stream} has no commit that begins at version 1."
            raise CommitMissing(stream, 1, detail) from None
        return parts.view.place_of(stream, loaded.events[0].data)


def _compare_one(
    parts: Parts, key: str, stored: Document | None, handled: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    noun = parts.view.noun
    if stored is None:
        yield {"finding": "missing", noun: key}
        return
    have = parts.view.versions_of(key, stored["versions"])
    for stream, version in handled.items():
        if have.get(stream, 0) < version:
            yield {
                "finding": "behind-its-mark",
                noun: key,
                "stream": stream,
                "has": have.get(stream, 0),
                "handled": version,
            }
    events, short = _read(parts, have)
    if short:
        yield from ({"finding": "not-in-the-log", noun: key, "stream": one} for one in short)
        return
    expected = fold(parts.view, key, events)
    if not _equal(parts, stored, expected):
        digest = parts.view.digest(expected.state)
        yield {"finding": "differs", noun: key, "expected": digest}


def _read(parts: Parts, upto: Mapping[str, int]) -> tuple[dict[str, list[Event]], list[str]]:
    """The events of streams up to these versions, and the streams that end before them."""
    events: dict[str, list[Event]] = {}
    short: list[str] = []
    for stream, version in upto.items():
        if not version:
            continue
        loaded = parts.events.load(stream, upto_version=version)
        events[stream] = [event for event in loaded.events if event.version <= version]
        if loaded.version < version:
            short.append(stream)
    return events, short


def _compare_unhandled(parts: Parts, document: Document) -> Iterator[dict[str, Any]]:
    """A document whose marks were not raised yet is in order; one without a log is not."""
    key = document["_id"]
    for stream, version in parts.view.versions_of(key, document["versions"]).items():
        if parts.events.load(stream).version < version:
            yield {"finding": "not-in-the-log", parts.view.noun: key, "stream": stream}


def _equal(parts: Parts, stored: Document, expected: KeptState[Any]) -> bool:
    view, held = parts.view, restored(parts.view, stored)
    if held is None or view.digest(held.state) != view.digest(expected.state):
        return False
    wanted = stored_form(view, expected)
    return all(stored.get(name) == wanted[name] for name in wanted if name != "state")
