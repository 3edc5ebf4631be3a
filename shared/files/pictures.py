"""A picture: measured by its header first, then decoded completely. Runs in the child alone."""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from shared.files.limits import MOST_PIXELS, MOST_SIDE, PICTURES
from shared.files.refused import FileRefused

# How a picture is written again: nobody sees the difference, and it is quick.
ANEW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92},
    "PNG": {"compress_level": 1},
    "WEBP": {"quality": 92},
}

ORIENTATION = 0x0112  # of EXIF
LYING = frozenset({5, 6, 7, 8})


def import_decoders() -> None:
    """Import the decoders; later the process can open no file."""
    from PIL import (  # noqa: F401, PLC0415 - the decoders register themselves
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    Image.preinit()
    warnings.simplefilter("ignore")  # the limits are ours, and nobody reads warnings here
    Image.MAX_IMAGE_PIXELS = None


def decoded_picture(content: bytes, mime: str) -> dict[str, Any]:
    """Decode a picture; what was measured.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make a decoder raise.
    """
    with Image.open(io.BytesIO(content), formats=[PICTURES[mime]]) as image:
        must_be_small(image)
        image.load()
        width, height = upright_size(image)
        return {"width": width, "height": height, "mode": image.mode}


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height as people see it: a camera may write that its picture lies on its side."""
    turned = image.getexif().get(ORIENTATION) in LYING
    return (image.height, image.width) if turned else image.size


def made_anew(content: bytes, mime: str) -> bytes:
    """The picture alone, upright, without what a camera wrote beside it: place, time, its owner.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make a decoder raise.
    """
    kind = PICTURES[mime]
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        must_be_small(image)
        upright = ImageOps.exif_transpose(image)
        alone = Image.frombytes(upright.mode, upright.size, upright.tobytes())
        if (palette := upright.getpalette()) is not None:
            alone.putpalette(palette)
        made = io.BytesIO()
        alone.save(made, kind, **ANEW[kind])
        return made.getvalue()


def must_be_small(image: Image.Image) -> None:
    """Refuse by the header what is too large. A telephone's second picture (MPO) is left out."""
    width, height, pixels = image.width, image.height, image.width * image.height
    if pixels > MOST_PIXELS:
        raise FileRefused("pixels", width=width, height=height, pixels=pixels)
    if max(width, height) > MOST_SIDE:
        raise FileRefused("side", width=width, height=height)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":
        raise FileRefused("frames", frames=frames)
