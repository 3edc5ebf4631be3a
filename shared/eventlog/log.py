"""A command on a stream, in the order the model checks: load, repeat?, If-Match, decide, insert.

`docs/models/a_append.py` holds the traces of what goes wrong with any other order.
"""

import random
import time
from collections.abc import Callable, Sequence

import pymongo

from shared.eventlog.aside.stream import Aside
from shared.eventlog.authors.writer import Writer
from shared.eventlog.building import Sealer, build
from shared.eventlog.door import Door
from shared.eventlog.errors import (
    Contended,
    KeyReused,
    LogUnavailable,
    OutcomeUnknown,
    Refused,
    StaleVersion,
)
from shared.eventlog.model import Command, Commit, Draft, Loaded, Outcome
from shared.eventlog.store import CommitStore, Taken
from shared.eventlog.stored import document_of

ROUNDS = 5
LONGEST_JITTER_S = 0.02

Decide = Callable[[Loaded], Sequence[Draft]]


class LogReader:
    """The log as anybody reads it who has the writers' public keys."""

    def __init__(self, store: CommitStore) -> None:
        self._store = store

    @property
    def door(self) -> Door:
        """The door that this reader's commits come through, for other readers of the process."""
        return self._store.door

    @property
    def aside(self) -> Aside:
        """The records by which this reader passes over forged commits, for others likewise."""
        return self._store.aside

    def load(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        """A stream's commits in order, none for one that does not exist.

        Raises:
            LogUnavailable: the server is away.
            NotBelieved: a commit is not genuine, or was made for another place.
            LogCorrupt: versions are not dense; an auditor must look.
        """
        return self._store.stream(stream, upto_version=upto_version)

    def streams_of(self, command_id: str) -> tuple[str, ...]:
        """The streams that have a commit of this command of the gateway; what is there is not read.

        Raises:
            LogUnavailable: the server is away.
        """
        return self._store.streams_of(command_id)


class EventLog(LogReader):
    """The log as one service writes and reads it.

    `timeout_s` bounds a whole command, all its rounds together, so that an answer is given before
    a caller gives up. `pause(seconds)` is called between rounds that were lost to others.
    """

    def __init__(
        self,
        store: CommitStore,
        writer: Writer,
        *,
        sealer: Sealer | None,
        lanes: int,
        code_version: str,
        timeout_s: float = 4.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(store)
        self._writer = writer
        self._sealer = sealer
        self._lanes = lanes
        self._code_version = code_version
        self._timeout_s = timeout_s
        self._pause = pause
        self._indexes_seen = False

    def is_begun(self, stream: str) -> bool:
        """Whether anything stands on a stream, genuine or not."""
        return self._store.is_begun(stream)

    def execute(
        self, stream: str, command: Command, decide: Decide, *, probably_new: bool = False
    ) -> Outcome:
        """Decide on a stream as it is and append what was decided, once for ever.

        `decide` is called with the loaded stream, again in each round, and returns the events to
        append; none means there was nothing to do. `probably_new` saves reading a stream that most
        likely does not exist: the first round takes it for empty, and the unique indexes and the
        look-up before a refusal correct it where it does (ADR 0006).

        Raises:
            Refused (NotFound, StaleVersion, …): with nothing newer in the log, proved.
            KeyReused: the command id came before with another body.
            Contended, LogUnavailable: nothing was written. OutcomeUnknown: repeat to learn.
            IndexesMissing: the log is not prepared; nothing is ever appended without them.
        """
        with pymongo.timeout(self._timeout_s):
            if not self._indexes_seen:
                self._store.check_indexes()
                self._indexes_seen = True
            return self._rounds(stream, command, decide, unread=probably_new)

    def _rounds(self, stream: str, command: Command, decide: Decide, *, unread: bool) -> Outcome:
        unknown: OutcomeUnknown | None = None
        for attempt in range(ROUNDS):
            if attempt:
                self._pause(random.uniform(0, LONGEST_JITTER_S * attempt))  # noqa: S311 - jitter
            try:
                outcome = self._round(stream, command, decide, unread=unread and not attempt)
            except Taken:
                continue
            except OutcomeUnknown as error:
                unknown = error
                continue
            except (Refused, LogUnavailable) as error:
                # our own insert may still land: then neither no nor "nothing written" is true
                if unknown is not None:
                    raise unknown from error
                raise
            if outcome is not None and (unknown is None or outcome.commit is not None):
                return outcome
        if unknown is not None:
            raise unknown
        raise Contended(f"{ROUNDS} rounds on {stream} were lost to other commands.")

    def _round(
        self, stream: str, command: Command, decide: Decide, *, unread: bool
    ) -> Outcome | None:
        """One round; None when the stream moved under us and it must be read again."""
        loaded = Loaded(stream=stream, commits=()) if unread else self.load(stream)
        done = loaded.find(command.command_id)
        if done is not None:
            return _repeated(done, command)
        try:
            _check_if_match(loaded, command)
            commit = self._decided(loaded, command, decide)
        except Exception as error:
            # a stale or unread view may refuse what the present one allows or has done already:
            # look once more, linearizably, before anybody is told
            if (unread or isinstance(error, Refused)) and self._store.confirmed(
                stream, loaded.next_version
            ):
                return None
            raise
        if commit is None:
            return None if unread else Outcome(commit=None, version=loaded.version)
        self._store.insert(document_of(commit))
        return Outcome(commit=commit, version=commit.body.last_version)

    def _decided(self, loaded: Loaded, command: Command, decide: Decide) -> Commit | None:
        """The commit that the decision makes, None when there is nothing to do."""
        drafts = decide(loaded)
        if not drafts:
            return None
        return build(
            loaded,
            command,
            drafts,
            writer=self._writer,
            sealer=self._sealer,
            lanes=self._lanes,
            code_version=self._code_version,
        )


def _repeated(done: Commit, command: Command) -> Outcome:
    """The answer of the commit that is there; another body under the same id is refused."""
    stored = done.body.request_mac
    if stored not in {command.request_mac, *command.older_request_macs}:
        raise KeyReused("This Idempotency-Key came before with another request.")
    return Outcome(commit=done, version=done.body.last_version, replayed=True)


def _check_if_match(loaded: Loaded, command: Command) -> None:
    wanted = command.if_match
    if wanted is None or wanted == "*":
        return
    versions = frozenset({wanted}) if isinstance(wanted, int) else wanted
    if loaded.version not in versions:
        what = loaded.stream.partition("/")[0]
        raise StaleVersion(expected=versions, present=loaded.version, what=what)
