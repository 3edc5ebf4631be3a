"""A large scan becomes smaller before it is stored, and is still the same picture (R-064).

Each file is opened by the real child process.
"""

import io
import socket
import threading
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from shared.files import Looker, compressing
from shared.files.limits import SMALL_BYTES
from shared.files.looking import Keeper

ORIENTATION = 0x0112


def scan(mode: str = "RGB", size: tuple[int, int] = (700, 500)) -> Image.Image:
    """A page as a scanner sees it: it is never quite the same in two places."""
    noise = [Image.effect_noise(size, 60) for _ in range(3)]
    return Image.merge("RGB", noise).convert(mode)


def written(image: Image.Image, kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def compressed(content: bytes) -> tuple[bytes, str]:
    looker = Looker()
    return looker.compressed(content, looker.look(content)[0])


@pytest.mark.requirement("R-064")
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (written(scan(), "PNG"), "JPEG"),
        (written(scan("RGBA"), "PNG"), "JPEG"),
        (written(scan("LA"), "PNG"), "JPEG"),
        (written(scan("L", (900, 700)), "PNG"), "JPEG"),
        (written(scan(), "JPEG", quality=100), "JPEG"),
        (written(scan(), "WEBP", lossless=True), "JPEG"),
        (written(scan().convert("P"), "PNG", compress_level=0), "PNG"),
    ],
    ids=["png", "transparent", "grey transparent", "grey", "jpeg", "webp", "few colours"],
)
def test_a_large_scan_is_compressed_and_still_the_same_picture(content: bytes, kind: str) -> None:
    assert len(content) > SMALL_BYTES
    made, mime = compressed(content)
    assert len(made) < len(content) * compressing.WORTH
    assert mime == f"image/{kind.lower()}"
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(made)) as after:
        assert after.format == kind
        assert after.size == before.size
        apart = ImageChops.difference(before.convert("L"), after.convert("L"))
        assert ImageStat.Stat(apart).mean[0] < 10, "of 255, in the middle of all pixels"


def test_what_is_transparent_is_white() -> None:
    clear = scan("RGBA")
    clear.paste((255, 0, 0, 0), (0, 0, 350, 500))
    with Image.open(io.BytesIO(compressed(written(clear, "PNG"))[0])) as after:
        red, green, blue = after.convert("RGB").getpixel((100, 100))  # type: ignore[misc]
    assert min(red, green, blue) > 240


def test_it_is_upright_and_says_nothing_of_camera_or_place() -> None:
    taken = scan()
    exif = taken.getexif()
    exif[ORIENTATION] = 6  # held on its side
    exif[0x013B] = "CAMERA OWNER"
    content = written(taken, "JPEG", quality=100, exif=exif, comment=b"CAMERA PLACE")
    made, _ = compressed(content)
    with Image.open(io.BytesIO(made)) as after:
        assert after.size == (500, 700)
        assert not dict(after.getexif())
    assert b"CAMERA" in content
    assert b"CAMERA" not in made


@pytest.mark.parametrize(
    "content",
    [
        written(scan(), "JPEG", quality=60),
        written(scan(size=(200, 200)), "PNG"),
        written(scan("1", (2000, 2000)), "PNG"),
        written(scan("CMYK"), "JPEG", quality=100),
        written(scan().convert("I;16"), "PNG", compress_level=0),
    ],
    ids=["already", "small", "black and white", "for print", "16 bit"],
)
def test_what_is_small_hardly_gains_or_is_rare_stays_as_it_came(content: bytes) -> None:
    assert compressed(content)[0] == content


def test_a_pdf_stays_as_it_came() -> None:
    """A signature in it covers its bytes, and would not hold any more."""
    file = io.BytesIO()
    pages = written(scan(size=(1200, 900)), "PDF", quality=100)
    copy_into_new_writer(PdfFileReader(io.BytesIO(pages), strict=False)).write(file)
    content = file.getvalue()
    assert len(content) > SMALL_BYTES
    assert compressed(content) == (content, "application/pdf")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_pixels_are_bounded_in_the_same_proportion(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, and with a smaller bound: millions of pixels would take seconds."""
    most = 140_000
    monkeypatch.setattr(compressing, "KEPT_PIXELS", most)
    content = written(scan(), kind)
    _, made = compressing.compressed(content, f"image/{kind.lower()}")
    with Image.open(io.BytesIO(made)) as after:
        assert most * 0.98 < after.width * after.height <= most
        assert after.width / after.height == pytest.approx(1.4, rel=0.005)


def test_a_long_strip_keeps_its_width() -> None:
    """A telephone's picture of a long page: to bound its longer side would make it illegible."""
    made, _ = compressed(written(scan(size=(300, 4500)), "PNG"))
    with Image.open(io.BytesIO(made)) as after:
        assert after.size == (300, 4500)


def test_an_upload_is_not_refused_because_there_is_no_time_to_make_it_smaller() -> None:
    content = written(scan(), "PNG")
    turns = threading.BoundedSemaphore(1)
    looker = Looker(turns=turns, turn_s=0.01)
    with turns:
        assert looker.compressed(content, "image/png") == (content, "image/png")
    assert len(looker.compressed(content, "image/png")[0]) < len(content)


@pytest.mark.parametrize("told", [b"!", b'!{"measured": {"size": 4, "media_type": "x"}}\ncut'])
def test_a_picture_that_was_cut_off_half_way_is_not_stored(
    told: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process was ended by a limit while it worked, or while it sent what it had made."""
    content = written(scan(), "PNG")

    def ended(_keeper: Keeper, _what: bytes) -> Any:
        ours, theirs = socket.socketpair()
        theirs.sendall(told)
        theirs.close()
        return ours

    monkeypatch.setattr(Keeper, "connected", ended)
    assert Looker().compressed(content, "image/png") == (content, "image/png")
