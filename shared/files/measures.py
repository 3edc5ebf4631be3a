"""What was measured of a picture when it was opened: kept beside its sealed bytes."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Measures(NamedTuple):
    """A picture's upright width and height in pixels, and its colour as the decoder names it.

    All is of the file as it was handed in, also where a smaller one is stored. `size`: its bytes;
    None for what was stored before scans were made smaller, whose stored size is the same.
    """

    width: int
    height: int
    mode: str
    size: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None, size: int | None = None) -> "Measures | None":
        """Of what is kept; None for a PDF, and for what came before anything was kept."""
        if not kept or "mode" not in kept:
            return None
        return cls(kept["width"], kept["height"], kept["mode"], size)
