"""A case that the real system carried, taken apart so that others can be made after it.

Everything that is this person's or this case's own becomes a placeholder: ids, keys, the number
of the document, requests and payments. What stays is what any such case has.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from shared.case import case_stream, notice_stream
from shared.config import Databases
from shared.eventlog import Commit, sealed_value
from shared.eventlog.building import sealed_fields
from shared.eventlog.codec import decode_commit
from shared.vault import Keys, subject_stream
from shared.vault.keys import decrypt
from shared.vault.vault import place_of

Document = dict[str, Any]
CASE, SUBJECT, BLOB, DOCUMENT, SHA256, TRANSACTION = (
    f"@{name}@" for name in ("case", "subject", "blob", "document", "sha256", "transaction")
)
HEX_64 = 64


@dataclass(frozen=True)
class Pattern:
    """One commit of a template, as text with placeholders, and what is sealed in it.

    `text` is JSON of {stream, command_id, actor, causation, correlation, request_mac, authority,
    events}; `sealed` maps an event's place in the commit and a field to key reference and text.
    """

    writer: str
    text: str
    recorded_at: datetime
    sealed: Mapping[tuple[int, str], tuple[str, str]]


@dataclass(frozen=True)
class Template:
    """A case to make others after. `requests` are values that are drawn anew for each case."""

    patterns: tuple[Pattern, ...]
    timers: tuple[str, ...]
    timer_times: tuple[Mapping[str, datetime], ...]
    access: tuple[tuple[str, Document], ...]
    requests: tuple[str, ...]
    scheme: str
    content: bytes
    media_type: str
    events: int = 0
    open: bool = False
    notices: int = 0


@dataclass
class _Names:
    """The template's own values and the placeholder of each, longest first."""

    places: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def request(self, value: str) -> None:
        """A value of a request: drawn anew for each case."""
        if value not in self.places:
            self.requests.append(f"@request-{len(self.requests)}-{len(value)}@")
            self.places[value] = self.requests[-1]

    def hidden(self, text: str) -> str:
        for value in sorted(self.places, key=len, reverse=True):
            text = text.replace(value, self.places[value])
        return text


def take(databases: Databases, keys: Keys, case: str, *, content: bytes) -> Template:
    """The template that a carried case makes; everything that follows from it must be done."""
    commits = _commits(databases, case)
    names = _names(commits, case)
    raw = [c for c in commits if c.body.request_mac or c.body.correlation]
    for commit in raw:
        names.request(commit.body.correlation or "")
    for commit in commits:
        _request_values(commit, names)
    names.places.pop("", None)
    timers = [row for stream in _streams(commits) for row in _timers(databases, stream)]
    access = list(databases.log["access"].find({"place": {"$regex": f"^case/{case}/"}}, {"_id": 0}))
    return Template(
        patterns=tuple(_pattern(commit, names, keys) for commit in commits),
        timers=tuple(names.hidden(orjson.dumps(_without_times(row)).decode()) for row in timers),
        timer_times=tuple({k: row[k] for k in ("due_at", "next_at")} for row in timers),
        access=tuple((names.hidden(row["place"]), row) for row in access),
        requests=tuple(names.requests),
        scheme=next(
            (e.data["scheme"] for c in commits for e in c.events if "scheme" in e.data), ""
        ),
        content=content,
        media_type=_submitted(commits)["materials"][0]["media_type"],
        events=sum(len(commit.events) for commit in commits),
        open=not any(e.type == "issuance.CaseClosed" for c in commits for e in c.events),
        notices=sum(e.type == "notify.NotificationSent" for c in commits for e in c.events),
    )


def _commits(databases: Databases, case: str) -> list[Commit]:
    """The commits of a case on all its streams, each stream in order."""
    found = _read(databases, [case_stream(case)])
    data = _submitted(found)
    documents = {e.data["document"] for c in found for e in c.events if "document" in e.data}
    causes = [commit.body.causation or "" for commit in found]  # a payment follows from its claim
    beside = [
        notice_stream(case),
        *(f"document/{one}" for one in sorted(documents)),
        *(one.rpartition("/")[0] for one in causes if one.startswith("payment/")),
    ]
    return [*_read(databases, [subject_stream(data["subject"])]), *found, *_read(databases, beside)]


def _read(databases: Databases, streams: Sequence[str]) -> list[Commit]:
    return [
        decode_commit(document)
        for stream in streams
        for document in databases.log["commits"].find({"stream": stream}).sort("first_version", 1)
    ]


def _submitted(commits: Iterable[Commit]) -> Document:
    return next(e.data for c in commits for e in c.events if e.type == "intake.CaseSubmitted")


def _names(commits: Sequence[Commit], case: str) -> _Names:
    data = _submitted(commits)
    (material,) = data["materials"]
    names = _Names(
        {
            case: CASE,
            data["subject"]: SUBJECT,
            material["blob"]: BLOB,
            material["sha256"]: SHA256,
        }
    )
    for commit in commits:
        for event in commit.events:
            if "document" in event.data:
                names.places[event.data["document"]] = DOCUMENT
            if "transaction" in event.data:
                names.places[event.data["transaction"]] = TRANSACTION
    return names


def _request_values(commit: Commit, names: _Names) -> None:
    """The digests of requests: HMACs of what nobody asked, so another case gets random ones."""
    origin, _, rest = commit.body.command_id.partition(":")
    if origin == "http" and len(rest) == HEX_64:
        names.request(rest)
    if commit.body.request_mac:
        names.request(commit.body.request_mac.rpartition(":")[2])


def _pattern(commit: Commit, names: _Names, keys: Keys) -> Pattern:
    body: Document = orjson.loads(commit.body_bytes)
    first = body["first_version"]
    wanted = ("stream", "command_id", "actor", "causation", "correlation", "request_mac")
    text = {name: body[name] for name in (*wanted, "authority", "events")}
    sealed = {}
    for place, key_ref in sealed_fields(commit).items():
        version, _, name = place.partition("/")
        sealed[int(version) - first, name] = (
            names.hidden(key_ref),
            _opened(commit, int(version), name, keys),
        )
    return Pattern(
        writer=body["writer"],
        text=names.hidden(orjson.dumps(text).decode()),
        recorded_at=datetime.fromisoformat(body["recorded_at"]),
        sealed=sealed,
    )


def _opened(commit: Commit, version: int, name: str, keys: Keys) -> str:
    found = sealed_value(commit, version, name)
    assert found is not None
    key_ref, ciphertext = found
    place = place_of(commit.stream, version, name, key_ref)
    return decrypt(keys.get(key_ref), ciphertext, place).decode()


def _streams(commits: Sequence[Commit]) -> list[str]:
    return list(dict.fromkeys(commit.stream for commit in commits))


def _timers(databases: Databases, stream: str) -> list[Document]:
    return list(databases.work["timers"].find({"stream": stream}))


def _without_times(row: Document) -> Document:
    return {name: value for name, value in row.items() if name not in {"due_at", "next_at"}}


def drawn(placeholder: str) -> str:
    """A random value in the form of the one that a placeholder stands for."""
    length = int(placeholder.strip("@").rpartition("-")[2])
    return uuid.uuid4().hex + uuid.uuid4().hex if length == HEX_64 else str(uuid.uuid4())
