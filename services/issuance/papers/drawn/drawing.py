"""From what stands on a paper to a PDF: the same content gives the same bytes.

typst sets the page, segno draws the QR. The fonts are the machine's (Debian's fonts-noto-cjk, by
`make fonts`, or those of the image): without them nothing is drawn, and everything else runs.
"""

import io
import threading
from functools import cached_property
from pathlib import Path

import msgspec
import segno
import typst

from services.issuance.papers.drawn.content import PaperContent
from services.issuance.papers.drawn.fonts import FontMissing, Fonts

TEMPLATES = Path(__file__).parent / "templates"


class Drawing:
    """Draws papers with the fonts of one folder. Safe for threads: one is drawn at a time."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._lock = threading.Lock()

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(
            root=str(TEMPLATES), font_paths=[str(self.fonts.folder)], ignore_system_fonts=True
        )

    def draw(self, content: PaperContent, *, code: str, check: str, qr: str) -> bytes:
        """The paper as a PDF. `code` and the address `check` are printed, `qr` is what it holds.

        Raises:
            FontMissing: the fonts are not on this machine.
        """
        if not self.fonts.installed:
            raise FontMissing(f"There are no fonts for papers in {self.fonts.folder}.")
        told = {**msgspec.to_builtins(content), "code": code, "check": check}
        with self._lock:
            made = self._compiler.compile(
                input=str(TEMPLATES / f"{content.template}.typ"),
                sys_inputs={"paper": msgspec.json.encode(told).decode(), "qr": _picture(qr)},
            )
        if not isinstance(made, bytes):
            raise TypeError("typst made no single file")
        return made


def _picture(text: str) -> str:
    """A QR code as SVG, with the quiet zone that readers need."""
    made = io.BytesIO()
    segno.make_qr(text, error="l").save(made, kind="svg", border=4, xmldecl=False, light="#fff")
    return made.getvalue().decode("ascii")
