"""What was measured of a picture when it was opened: kept beside its sealed bytes."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Measures(NamedTuple):
    """A picture's upright width and height in pixels, and its colour as the decoder names it."""

    width: int
    height: int
    mode: str

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Measures | None":
        """Of what is kept; None for a PDF, and for what came before anything was kept."""
        if not kept or "mode" not in kept:
            return None
        return cls(kept["width"], kept["height"], kept["mode"])
