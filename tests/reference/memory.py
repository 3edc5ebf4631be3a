"""An event log without a server, with all writers, and the notices and numbers that go with it.

The commits are made by the log's own code; only where they are put is a list.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from services.issuance.numbers import Numbers, Owner, Reserved
from services.notify.decisions import Attempt, Tries, not_yet, queue, record
from services.notify.telling import notices_of
from shared.case import Case, Fact, notice_stream
from shared.case.notify.notice import NotificationDelivered, NotificationQueued
from shared.casework.log import drafts
from shared.eventlog import Actor, Command, Commit, CommitStore, EventLog, decode_commit
from shared.eventlog.store import Taken
from tests.support.logs import writer

LANES = 4
WRITERS = ("intake", "review", "issuance", "notify", "vault", "admin")


class Memory(CommitStore):
    """Commits by stream, in the order in which they came."""

    def __init__(self) -> None:
        self.documents: list[Mapping[str, Any]] = []
        self._streams: dict[str, list[Commit]] = {}

    def stream(self, stream: str, *, upto_version: int | None = None) -> tuple[Commit, ...]:
        """All commits of a stream in order, or those that begin at or below a version."""
        found = self._streams.get(stream, [])
        return tuple(c for c in found if upto_version is None or c.first_version <= upto_version)

    def by_command(self, stream: str, command_id: str) -> Commit | None:
        """The commit of a command on a stream, if there is one."""
        found = self._streams.get(stream, [])
        return next((c for c in found if c.body.command_id == command_id), None)

    def confirmed(self, stream: str, first_version: int) -> bool:
        """Whether a commit begins at this version."""
        return any(c.first_version == first_version for c in self._streams.get(stream, []))

    def insert(self, document: Mapping[str, Any]) -> None:
        """Store one commit. Raises `Taken` where its version is there."""
        commit = decode_commit(document)
        if self.confirmed(commit.stream, commit.first_version):
            raise Taken
        self._streams.setdefault(commit.stream, []).append(commit)
        self.documents.append(document)

    def forget(self, upto: int) -> None:
        """Drop what came after the first `upto` commits."""
        for document in self.documents[upto:]:
            self._streams[document["stream"]].pop()
        del self.documents[upto:]

    def check_indexes(self) -> None:
        """Nothing to check: there is one process."""


class Counted(Numbers):
    """Numbers from one counter a scheme."""

    def __init__(self) -> None:
        self._given: dict[str, Reserved] = {}
        self._heads: dict[str, int] = {}

    def of(self, owner: Owner) -> Reserved | None:
        """The owner's number, if it has one."""
        return self._given.get(owner.key)

    def reserve(self, owner: Owner, *, scheme: str, document: str, now: datetime) -> Reserved:  # noqa: ARG002 - the product's signature
        """The owner's number: the one it has, else the next of `scheme`."""
        if owner.key not in self._given:
            self._heads[scheme] = self._heads.get(scheme, 0) + 1
            self._given[owner.key] = Reserved(scheme, self._heads[scheme], owner.key, document)
        return self._given[owner.key]

    def copy(self) -> tuple[dict[str, Reserved], dict[str, int]]:
        """What was given so far."""
        return dict(self._given), dict(self._heads)

    def back_to(self, given: tuple[dict[str, Reserved], dict[str, int]]) -> None:
        """Take back what was given since."""
        self._given, self._heads = given


Mark = tuple[int, tuple[dict[str, Reserved], dict[str, int]]]


class Logs:
    """One log in memory and everybody who writes it."""

    def __init__(self) -> None:
        self.store = Memory()
        self.numbers = Counted()
        self.of = {name: self._log(name) for name in WRITERS}
        self._commands = 0

    def _log(self, name: str) -> EventLog:
        return EventLog(
            self.store,
            writer(name),
            sealer=None,
            lanes=LANES,
            code_version="reference",
            pause=lambda _seconds: None,
        )

    def command(self, now: datetime, *, actor: Actor, authority: str = "") -> Command:
        """What surrounds the next decision."""
        self._commands += 1
        return Command(
            command_id=f"reference:{self._commands}",
            actor=actor,
            now=now,
            authority=authority or "public-security",
        )

    def mark(self) -> Mark:
        """Where the log stands."""
        return len(self.store.documents), self.numbers.copy()

    def back_to(self, mark: Mark) -> None:
        """Forget what came since: a way that its item does not know."""
        self.store.forget(mark[0])
        self.numbers.back_to(mark[1])

    def append(self, stream: str, facts: Sequence[Fact], now: datetime, *, actor: Actor) -> None:
        """What a service decided, as one commit of the service whose events they are."""
        if facts:
            service = facts[0].TYPE.partition(".")[0]
            command = self.command(now, actor=actor)
            self.of[service].execute(stream, command, lambda _loaded: drafts(facts))


def _outcome(kind: str, number: int) -> Literal["sent", "failed", "hopeless"]:
    """What comes of an attempt: `late` is sent at the second, `waiting` at none that was made."""
    if kind in ("sent", "hopeless"):
        return "sent" if kind == "sent" else "hopeless"
    return "sent" if kind == "late" and number > 1 else "failed"


class Post:
    """What notify does about the facts of a case; `outcomes` of the attempts come in turn."""

    def __init__(self, logs: Logs, outcomes: Callable[[int], str]) -> None:
        self._logs, self._outcomes, self._sent = logs, outcomes, 0

    def told(self, stream: str, version: int, fact: Fact, case: Case, now: datetime) -> None:
        """Queue what an event is told by, and send it."""
        queued = queue(fact, case, f"{stream}/{version}")
        state = notices_of(self._logs.of["notify"].load(notice_stream(case.id)))
        for one in not_yet(state, queued):
            self._append(case, [one], now)
            if isinstance(one, NotificationQueued):
                self._send(case, one.notice, now)

    def _send(self, case: Case, notice: str, now: datetime) -> None:
        self._sent += 1
        kind, tries = self._outcomes(self._sent), Tries(most=3)
        for number in range(1, 2 if kind == "waiting" else tries.most + 1):
            attempt = Attempt(
                notice=notice,
                number=number,
                outcome=_outcome(kind, number),
                provider="sms",
                reference=hashlib.sha256(notice.encode()).hexdigest()[:12],
                code="" if kind == "sent" else "smtp-away" if kind != "hopeless" else "erased",
            )
            state = notices_of(self._logs.of["notify"].load(notice_stream(case.id)))
            self._append(case, record(state, attempt, tries, now), now)
            now += timedelta(minutes=2)
        if kind == "sent" and self._sent % 7 == 0:
            self._append(case, [NotificationDelivered(notice=notice, reference="r")], now)

    def _append(self, case: Case, facts: Sequence[Fact], now: datetime) -> None:
        system = Actor(kind="system", ref="notify")
        self._logs.append(notice_stream(case.id), facts, now, actor=system)
