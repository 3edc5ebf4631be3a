"""Reading back the end of a partition, as far as needed to judge it."""

from shared.kafka.ports import Tail
from shared.kafka.record import Record, Signer
from shared.relay.publish.compare import shown

_MOST_TAILS = 50  # how many usual tails are read back, at most, to explain a hole


def read_back(
    tail: Tail, lane: int, signer: Signer, *, bounds: tuple[int, int], usual: int, mark: int
) -> tuple[int, list[Record]]:
    """The position up to which the end of the partition is complete, and the genuine records read.

    Reads the last `usual` records, and further back while a hole (or only foreign records) may lie
    before the records read. If retention left no genuine record, the result is `mark`.

    Raises:
        BrokerAway: Kafka does not answer.
    """
    begin, end = bounds
    size = usual
    while True:
        start = max(begin, end - size)
        found = tail.read(lane, start, end) if end > begin else []
        records = [r for r in found if isinstance(r, Record) and r.lane == lane and signer.valid(r)]
        seen = shown(records, whole=start == 0, reach=usual)
        explained = not seen.hole and bool(records)
        if explained or start == begin or size >= usual * _MOST_TAILS:
            return (seen.complete if records or begin == 0 else mark), records
        size *= 4
