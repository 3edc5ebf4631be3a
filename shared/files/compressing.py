"""A scan made smaller before it is stored: the same picture, upright, in fewer bytes (R-064).

Runs in the child alone, after the picture was decoded whole once. A picture that does not become
markedly smaller stays as it came.
"""

import io
from typing import Any

from PIL import Image, ImageOps

from shared.files.limits import PICTURES
from shared.files.pictures import must_be_small

KEPT_PIXELS = 4961 * 3508  # A3 at 300 dots an inch: the smallest print of a scan stays legible
QUALITY = 82  # of JPEG; lines and stamps of a scan stay clear
WORTH = 0.9  # a picture written again loses a little, so it has to become a tenth smaller
JPEG = "image/jpeg"
PNG = "image/png"
AS_IT_CAME: tuple[dict[str, Any], bytes] = ({"size": 0}, b"")
_DRAWN = frozenset({"1", "P"})  # few colours: JPEG would blur their edges, and hardly gain


def compressed(content: bytes, mime: str) -> tuple[dict[str, Any], bytes]:
    """The smaller picture with its media type and size; no bytes where it stays as it came.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make a decoder raise.
    """
    with Image.open(io.BytesIO(content), formats=[PICTURES[mime]]) as image:
        must_be_small(image)
        upright = ImageOps.exif_transpose(image)
    if upright.mode in _DRAWN:
        kind, made = PNG, _written(upright, "PNG", compress_level=6)
    elif (scan := _coloured(upright)) is not None:
        bounded = _bounded(scan)
        kind, made = JPEG, _written(bounded, "JPEG", quality=QUALITY, optimize=True)
    else:
        return AS_IT_CAME
    if len(made) > len(content) * WORTH:
        return AS_IT_CAME
    return {"media_type": kind, "size": len(made)}, made


def _coloured(image: Image.Image) -> Image.Image | None:
    """In a form that JPEG has, what is transparent on white; None for rare ones (print, 16 bit)."""
    if image.mode in {"L", "RGB"}:
        return image
    if image.mode in {"LA", "RGBA"}:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        return white.convert("L" if image.mode == "LA" else "RGB")
    return None


def _bounded(image: Image.Image) -> Image.Image:
    """At most so many pixels, in the same proportion."""
    pixels = image.width * image.height
    if pixels <= KEPT_PIXELS:
        return image
    by = (KEPT_PIXELS / pixels) ** 0.5
    size = (max(1, int(image.width * by)), max(1, int(image.height * by)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _written(image: Image.Image, kind: str, **how: Any) -> bytes:
    """The picture alone: nothing that a camera or a scanner wrote beside it goes along."""
    for name in [*image.info]:
        if name != "transparency":  # of a palette: without it other colours are seen
            del image.info[name]
    made = io.BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()
