"""The packaged jurisdiction: the compiled file beside the catalogue."""

from functools import cache
from pathlib import Path

import msgspec

from shared.jurisdiction.jurisdiction import Jurisdiction

COMPILED = "jurisdiction.json"
FOLDER = Path(__file__).parents[1] / "catalogue"


@cache
def packaged_jurisdiction() -> Jurisdiction:
    """The jurisdiction of this code: read at its first use, once in a process."""
    return read_jurisdiction(FOLDER)


def read_jurisdiction(folder: Path) -> Jurisdiction:
    """The compiled jurisdiction of a catalogue's folder.

    Raises:
        FileNotFoundError: the folder has none.
        msgspec.DecodeError: the file is not one.
    """
    return msgspec.json.decode((folder / COMPILED).read_bytes(), type=Jurisdiction)
