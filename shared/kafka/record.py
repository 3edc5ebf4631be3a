"""One event on its way to readers: what the ledger says of it, and the same as a Kafka record.

CloudEvents 1.0 in binary mode, made by hand because it is made for every event; a contract test
holds it against the cloudevents library. Order and identity are (lane, position, index).
"""

import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from shared.eventlog.codec import event_values, sha256
from shared.eventlog.model import Commit

Place = tuple[int, int, int, int, str, int, str, str, str]


class Record(msgspec.Struct, frozen=True, gc=False):
    """Event `index` (from 1) of the `count` events of the commit at `position` of `lane`.

    `value` is the canonical JSON of the event, `hash` the hexadecimal hash of its commit, `time`
    when it occurred. `mac` is the sequencer's (hex), empty where no key was given.
    """

    lane: int
    position: int
    index: int
    count: int
    stream: str
    version: int
    type: str
    time: str
    hash: str
    value: bytes
    mac: str = ""

    @property
    def event_id(self) -> str:
        """Identity of the event for ever: `<stream>/<version>`."""
        return f"{self.stream}/{self.version}"

    @property
    def place(self) -> Place:
        """All that is signed beside the value: the fields from `lane` to `hash`, in this order."""
        return (
            self.lane,
            self.position,
            self.index,
            self.count,
            self.stream,
            self.version,
            self.type,
            self.time,
            self.hash,
        )

    @property
    def digest(self) -> bytes:
        """SHA-256 of the value, as the ledger's row has it for this index."""
        return sha256(self.value)


class Foreign(msgspec.Struct, frozen=True):
    """A message of the topic that is not one of our records, and why."""

    reason: str


class Signer:
    """The sequencer's signature over a record: all of it, so that nothing can be moved about."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod=hashlib.sha256)  # copied: keyed once, not a record

    def mac(self, record: Record) -> str:
        """Hexadecimal HMAC-SHA256 over place, identity, type, time, commit and value's digest."""
        return self.mac_of(record.place, record.digest)

    def mac_of(self, place: Place, digest: bytes) -> str:
        """The same before there is a record, from its place and the SHA-256 of its value."""
        lane, position, index, count, stream, version, type_, time, commit_hash = place
        text = (
            f"caseledger record 1\n{lane}\n{position}\n{index}\n{count}\n{stream}\n{version}\n"
            f"{type_}\n{time}\n{commit_hash}\n"
        )
        keyed = self._keyed.copy()
        keyed.update(text.encode() + digest)
        return keyed.hexdigest()

    def valid(self, record: Record) -> bool:
        """Whether the record was made by a holder of the key."""
        return hmac.compare_digest(record.mac.encode(), self.mac(record).encode())


def records_of(
    commit: Commit,
    *,
    lane: int,
    position: int,
    signer: Signer | None = None,
    values: Sequence[bytes] | None = None,
    digests: Sequence[bytes] | None = None,
) -> list[Record]:
    """The records of a commit at its position, in order.

    `values`, and `digests` (the SHA-256 of each), where they are known already.
    """
    if values is None:
        values = event_values(commit)
    commit_hash = commit.hash.hex()
    count = len(values)
    stream = commit.body.stream
    records = []
    for i, event in enumerate(commit.body.events):
        value, mac = values[i], ""
        place: Place = (
            lane,
            position,
            i + 1,
            count,
            stream,
            event.version,
            event.type,
            event.occurred_at,
            commit_hash,
        )
        if signer is not None:
            mac = signer.mac_of(place, sha256(value) if digests is None else digests[i])
        records.append(Record(*place, value, mac))
    return records
