"""One event on its way to readers: what the ledger says of it, and the same as a Kafka record.

CloudEvents 1.0 in binary mode, made by hand because it is made for every event; a contract test
holds it against the cloudevents library. Order and identity are (lane, position, index).
"""

import hmac
from collections.abc import Sequence

import msgspec

from shared.eventlog.codec import event_values, sha256
from shared.eventlog.model import Commit

_BLOCK = 64  # of SHA-256, in bytes


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
    def digest(self) -> bytes:
        """SHA-256 of the value, as the ledger's row has it for this index."""
        return sha256(self.value)


class Foreign(msgspec.Struct, frozen=True):
    """A message of the topic that is not one of our records, and why."""

    reason: str


class Signer:
    """The sequencer's signature over a record: all of it, so that nothing can be moved about."""

    def __init__(self, key: bytes) -> None:
        # HMAC written out, its pads made once: the library's sets the algorithm up for each record
        block = key.ljust(_BLOCK, b"\0") if len(key) <= _BLOCK else sha256(key).ljust(_BLOCK, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in block)
        self._outer = bytes(byte ^ 0x5C for byte in block)

    def mac(self, record: Record) -> str:
        """Hexadecimal HMAC-SHA256 over place, identity, type, time, commit and value's digest."""
        return self.mac_of(record, record.digest)

    def mac_of(self, record: Record, digest: bytes) -> str:
        """The same where the SHA-256 of the value is known already."""
        place = (
            f"caseledger record 1\n{record.lane}\n{record.position}\n{record.index}\n"
            f"{record.count}\n{record.stream}\n{record.version}\n{record.type}\n{record.time}\n"
            f"{record.hash}\n"
        )
        return sha256(self._outer + sha256(self._inner + place.encode() + digest)).hex()

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
        value = values[i]
        record = Record(
            lane,
            position,
            i + 1,
            count,
            stream,
            event.version,
            event.type,
            event.occurred_at,
            commit_hash,
            value,
        )
        if signer is not None:
            digest = sha256(value) if digests is None else digests[i]
            record = with_mac(record, signer.mac_of(record, digest))
        records.append(record)
    return records


def with_mac(record: Record, mac: str) -> Record:
    """The same record with that mac."""
    return Record(
        record.lane,
        record.position,
        record.index,
        record.count,
        record.stream,
        record.version,
        record.type,
        record.time,
        record.hash,
        record.value,
        mac,
    )


def signed(record: Record, signer: Signer) -> Record:
    """The same record with the sequencer's mac."""
    return with_mac(record, signer.mac(record))
