"""The pictures that docs show: each is of a page that a test comes to, of made-up people alone."""

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from PIL import Image

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES, MOST_BYTES_TOGETHER = 150_000, 1_400_000
WIDTH, MOST_HEIGHT, COLOURS = 900, 1200, 64


class DocPicture(NamedTuple):
    """How a picture comes about: the visit by its route, and the page that is looked at on it."""

    by: str
    page: str


PICTURES: Mapping[str, DocPicture] = MappingProxyType(
    {
        "guide.png": DocPicture("GET /items/<item>", "guide-000-01"),
        "applying.png": DocPicture("GET /apply/<item>/check", "apply-check"),
        "case.png": DocPicture("GET /cases/<case>", "case"),
        "counter.png": DocPicture("POST /counter/form/<key>", "counter-question"),
        "receipt.png": DocPicture("GET /counter/receipt", "counter-receipt"),
        "desk.png": DocPicture("GET /desk/<case>", "desk-case"),
        "producer.png": DocPicture("POST /cases/<case>/voucher", "desk-hand-over"),
        "paper.png": DocPicture("POST /cases/<case>/voucher", "paper"),
        "verification.png": DocPicture("POST /cases/<case>/voucher", "verified-valid"),
    }
)
"""Each file of docs/pictures; a file that is not here, or that no page of docs shows, is red."""


def shrunk(picture: bytes) -> bytes:
    """The upper part of a picture of a page, as small as it can be read."""
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    height = round(whole.height * WIDTH / whole.width)
    small = whole.resize((WIDTH, height), Image.Resampling.LANCZOS)
    part = small.crop((0, 0, WIDTH, min(height, MOST_HEIGHT)))
    out = io.BytesIO()
    part.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
