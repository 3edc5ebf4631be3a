"""The fonts that papers are drawn with: Debian's fonts-noto-cjk, by `make fonts` or the image."""

from dataclasses import dataclass
from pathlib import Path

NEEDED = ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")


class FontMissing(Exception):
    """The fonts for papers are not on this machine, so that no paper can be drawn."""


@dataclass(frozen=True)
class Fonts:
    """A folder of fonts. It may come while a process runs: each question looks anew."""

    folder: Path

    @property
    def installed(self) -> bool:
        """Whether the fonts are there."""
        return all((self.folder / name).is_file() for name in NEEDED)
