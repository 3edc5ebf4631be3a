"""What can stop a command, as types; the edge turns each into a problem with a status."""

from collections.abc import Sequence


class LogError(Exception):
    """Base of everything the log raises on purpose."""


class Refused(LogError):
    """The rules of the domain say no (409). `actions` are the commands that are possible now.

    The log raises it again only when a linearizable look-up proves that nothing newer is there.
    """

    code = "refused"

    def __init__(self, detail: str, *, actions: Sequence[str] = (), **fields: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.actions = tuple(actions)
        self.fields = fields


class NotFound(Refused):
    """There is no such stream, or not for this caller (404)."""

    code = "not-found"


class StaleVersion(Refused):
    """`If-Match` names another version than the present one (412); `what` is of that version."""

    code = "stale-version"

    def __init__(self, *, expected: frozenset[int], present: int, what: str = "case") -> None:
        named = " or ".join(map(str, sorted(expected)))
        why = f", not {named}" if named else "; a weak entity tag never matches"
        super().__init__(f"The {what} is at version {present}{why}.", present=present)
        self.expected = expected
        self.present = present


class KeyReused(LogError):
    """The same command id came with another body (422)."""


class LogUnavailable(LogError):
    """The log cannot be reached; nothing was written (503)."""


class LaneStopped(LogUnavailable):
    """The stream's lane gives no positions until an operator has acted; nothing was written (503).

    Streams of other lanes go on.
    """

    def __init__(self, lane: int) -> None:
        super().__init__(f"Lane {lane} has stopped: its operator has to act. Nothing was written.")
        self.lane = lane


class OutcomeUnknown(LogError):
    """The answer to an insert was lost and cannot be looked up; repeat with the same key (503)."""


class Contended(LogError):
    """Five rounds were lost to others; nothing was written (503)."""


class CommitTooLarge(LogError):
    """A commit would be larger than 256 KiB; uploads belong in the blob store (413)."""


class ForeignEvent(LogError):
    """A service tried to write an event type that is not its own: a fault of our own code."""


class NotCanonical(LogError):
    """Event data holds what canonical JSON cannot: a float, a large integer, a strange key."""


class LogCorrupt(LogError):
    """Stored commits contradict each other or their hashes: an auditor must look at it."""


class StreamDamaged(LogCorrupt):
    """A stream is refused from a version on; whatever needs it is refused until somebody looked.

    `reason` is one of a closed set: those of `shared.eventlog.stored.Reason`, `chain` where a
    commit does not continue its stream, `changed` where it is not the one that the ledger has, and
    `missing`. The sentence may quote what was stored, `reason` never does.
    """

    def __init__(self, sentence: str, *, stream: str, version: object, reason: str) -> None:
        super().__init__(sentence)
        self.stream = stream
        self.version = version
        self.reason = reason

    def as_finding(self) -> dict[str, object]:
        """The same as a finding of a check."""
        return {
            "finding": "refused",
            "stream": self.stream,
            "version": self.version,
            "reason": str(self.reason),
            "detail": str(self),
        }


class CommitMissing(StreamDamaged):
    """A commit must be in the log, and is not."""

    def __init__(self, stream: str, version: int, sentence: str) -> None:
        super().__init__(sentence, stream=stream, version=version, reason="missing")


class NotBelieved(StreamDamaged):
    """A stored commit is not what it says, or nobody who may write it wrote it."""

    def __init__(self, stream: str, version: object, *, reason: str, detail: str) -> None:
        sentence = f"The commit {stream}/{version} is not believed: {detail}."
        super().__init__(sentence, stream=stream, version=version, reason=reason)
        self.detail = detail


class IndexesMissing(LogError):
    """The unique indexes that our promises rest on are not there; the process must not run."""
