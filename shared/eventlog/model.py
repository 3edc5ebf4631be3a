"""The shapes of the log: events, commits, commands and what comes of them. Frozen data only."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

FORMAT = 1
LEAF_PREFIX = b"\x00"
AROUND = ":aside-"  # on disk: follows a command id that a forged commit took


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One stored event. `data` holds nothing that identifies a person; times are RFC 3339 UTC."""

    version: int
    type: str
    schema: int
    data: dict[str, Any]
    occurred_at: str


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: a subject reference or staff id in `ref`, never a name.

    `kind` is a role ("applicant", "officer", "gateway", …) or "system"; `assurance` is what the
    portal says of the person's identity: {"level": …, "reference": …}.
    """

    kind: str
    ref: str
    on_behalf_of: str | None = None
    portal: str | None = None
    assurance: dict[str, str] | None = None
    reason: str | None = None


class Sealed(msgspec.Struct, frozen=True):
    """A personal value on its way into the sealed part; its text never shows in a repr.

    `key_ref` names the key: `subject/<ref>`, `case/<id>`, `party/<case>` or `blob/<id>`.
    """

    key_ref: str
    plaintext: str

    def __repr__(self) -> str:
        return f"Sealed(key_ref={self.key_ref!r})"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An event decided but not yet stored; `sealed` maps a field name to its personal value."""

    type: str
    schema: int
    data: dict[str, Any]
    sealed: Mapping[str, Sealed] = msgspec.field(default_factory=dict)
    occurred_at: datetime | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds a decision: identity, time, cause; `docs/reference/log.md` has the fields.

    `command_id` is `<origin>:<rest>`. `request_mac` (`<key id>:<hex>`) fingerprints the body;
    `older_request_macs` are the same under keys that were rotated out. `if_match` of None or "*"
    is not compared. `authority` is needed for the first commit of a stream.
    """

    command_id: str
    actor: Actor
    now: datetime
    request_mac: str | None = None
    older_request_macs: tuple[str, ...] = ()
    if_match: int | frozenset[int] | Literal["*"] | None = None
    causation: str | None = None
    correlation: str | None = None
    traceparent: str | None = None
    authority: str | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The hashed part of a commit, as decoded from its canonical bytes."""

    stream: str
    first_version: int
    last_version: int
    command_id: str
    lane: int
    authority: str
    format: int
    events: tuple[Event, ...]
    writer: str
    actor: Actor
    causation: str | None
    correlation: str | None
    traceparent: str | None
    code_version: str
    recorded_at: str
    prev_hash: str | None
    sealed_hash: str | None
    request_mac: str | None


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One insert-only document of the log: decoded `body` and the exact bytes it came from."""

    body: Body
    body_bytes: bytes
    hash: bytes
    mac: str
    sealed: bytes | None = None

    @property
    def stream(self) -> str:
        return self.body.stream

    @property
    def events(self) -> tuple[Event, ...]:
        return self.body.events

    @property
    def first_version(self) -> int:
        return self.body.first_version

    @property
    def last_version(self) -> int:
        return self.body.last_version

    @property
    def leaf(self) -> bytes:
        """The Merkle leaf: SHA-256(00 ‖ hash), 32 bytes (RFC 6962)."""
        return hashlib.sha256(LEAF_PREFIX + self.hash).digest()

    def event_id(self, version: int) -> str:
        """Identity of one event for ever: `<stream>/<version>`."""
        return f"{self.body.stream}/{version}"


class PassedOver(msgspec.Struct, frozen=True):
    """What a document that is set aside takes from its stream: versions, and command ids."""

    versions: tuple[int, ...]
    command_ids: tuple[str, ...]


def next_free(last: int, passed: Collection[int]) -> int:
    """The version at which the next commit begins: no document that is set aside stands there.

    Where such a document says that it ends is never believed (`docs/models/j_aside.py`, j4).
    """
    version = last + 1
    while version in passed:
        version += 1
    return version


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as it was read: its commits in order, empty for a stream that does not exist.

    `passed_over` is what stands in the stream and is set aside by records.
    """

    stream: str
    commits: tuple[Commit, ...]
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def version(self) -> int:
        """The last version, 0 for a stream that does not exist."""
        return self.commits[-1].body.last_version if self.commits else 0

    @property
    def next_version(self) -> int:
        """The version at which the stream's next commit begins."""
        return next_free(self.version, {v for one in self.passed_over for v in one.versions})

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(event for commit in self.commits for event in commit.body.events)

    def __iter__(self) -> Iterator[Commit]:
        return iter(self.commits)

    def with_version(self, version: int) -> Commit:
        """The commit that has the event of this version.

        Raises:
            KeyError: the stream has no event of this version.
        """
        for commit in self.commits:
            if any(event.version == version for event in commit.body.events):
                return commit
        raise KeyError(version)

    def find(self, command_id: str) -> Commit | None:
        """The commit of a command, if it is among those loaded."""
        return next((c for c in self.commits if _is_of(c.body.command_id, command_id)), None)

    def free_id(self, command_id: str) -> str:
        """The command id, followed by `:aside-<n>` where a document that is set aside took it."""
        taken = {name for one in self.passed_over for name in one.command_ids}
        free, number = command_id, 0
        while free in taken:
            number += 1
            free = f"{command_id}{AROUND}{number}"
        return free


def _is_of(stored: str, command_id: str) -> bool:
    """Whether a stored command id is this one, or this one around a forged commit that took it."""
    if stored == command_id:
        return True
    before, around, number = stored.rpartition(AROUND)
    return bool(around) and before == command_id and number.isdecimal()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command. `commit` is None when there was nothing to do.

    `replayed` says that the commit had been there before: the answer is built from it alone.
    """

    commit: Commit | None
    version: int
    replayed: bool = False
