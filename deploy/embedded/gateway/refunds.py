"""The refund orders that intake handed over, read from the file that it writes them to."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from deploy.embedded.gateway.ways import GivingBack
from services.intake.money.gateway import RefundOrder


def ordered_back(path: Path) -> Iterator[GivingBack]:
    """Each order in the file, oldest first; a line that is being written is left for later."""
    try:
        whole = path.read_bytes()
    except FileNotFoundError:
        return
    for line in whole[: whole.rfind(b"\n") + 1].splitlines():
        order = msgspec.json.decode(line, type=RefundOrder)
        yield GivingBack(**msgspec.structs.asdict(order))
