"""One bounded look at a file: what is accepted, what is refused with which measured value.

Each file is opened by the real child process.
"""

import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from shared.files import FileLookerBusy, FileRefused, Looker, child, limits
from shared.files.child import BEGUN
from shared.files.looking import Keeper
from shared.files.refused import WRONG

RED = Image.new("RGB", (80, 60), "red")


def picture(kind: str, size: tuple[int, int] = (80, 60), mode: str = "RGB", **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **more)
    return file.getvalue()


def png(width: int, height: int, data: bytes = b"", *, depth: int = 8, more: bytes = b"") -> bytes:
    """A PNG of this header, whatever its data are."""

    def chunk(name: bytes, body: bytes) -> bytes:
        sealed = name + body
        return struct.pack(">I", len(body)) + sealed + struct.pack(">I", zlib.crc32(sealed))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(pages: int = 1, spoil: Callable[[PdfFileWriter], None] = lambda _writer: None) -> bytes:
    """A PDF of pictures, changed by `spoil`."""
    drawn = picture("PDF", save_all=True, append_images=[RED] * (pages - 1))
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(drawn), strict=False))
    spoil(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def acting(**action: Any) -> Callable[[PdfFileWriter], None]:
    """The document begins with this action."""

    def spoil(writer: PdfFileWriter) -> None:
        told = {pdf_name(f"/{name}"): value for name, value in action.items()}
        writer.root["/OpenAction"] = writer.add_object(generic.DictionaryObject(told))
        writer.update_root()

    return spoil


def with_file(writer: PdfFileWriter) -> None:
    names = generic.DictionaryObject({pdf_name("/EmbeddedFiles"): generic.DictionaryObject()})
    writer.root["/Names"] = writer.add_object(names)
    writer.update_root()


def locked(writer: PdfFileWriter) -> None:
    writer.encrypt(owner_pass="made-up", user_pass="")


@pytest.mark.parametrize(
    ("content", "mime", "measured"),
    [
        (picture("JPEG"), "image/jpeg", {"width": 80, "height": 60, "mode": "RGB"}),
        (picture("PNG", mode="RGBA"), "image/png", {"width": 80, "height": 60, "mode": "RGBA"}),
        (picture("WEBP"), "image/webp", {"width": 80, "height": 60, "mode": "RGB"}),
        (
            picture("MPO", save_all=True, append_images=[RED]),
            "image/jpeg",
            {"width": 80, "height": 60, "mode": "RGB"},
        ),
        (pdf(2), "application/pdf", {"pages": 2}),
    ],
    ids=["jpeg", "png", "webp", "of a telephone", "pdf"],
)
def test_a_whole_file_is_measured(content: bytes, mime: str, measured: dict[str, Any]) -> None:
    assert Looker().look(content) == (mime, measured)


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "kind", "unknown"),
        (b"<svg/>", "kind", "unknown"),
        (picture("GIF"), "kind", "image/gif"),
        (picture("PNG", (500, 500))[:200], "broken", "image/png"),
        (png(60_000, 60_000), "pixels", "3600000000"),
        (png(1, 39_000_000), "side", "39000000"),
        (picture("WEBP", save_all=True, append_images=[RED]), "frames", "2"),
        (b"%PDF-1.7\n", "broken", "application/pdf"),
        (pdf(limits.MOST_PAGES + 1), "pages", "21"),
        (pdf(spoil=locked), "encrypted", "encrypted"),
        (pdf(spoil=with_file), "active", "EmbeddedFiles"),
        (
            pdf(spoil=acting(S=pdf_name("/JavaScript"), JS=pdf_string("app.alert(1)"))),
            "active",
            "JavaScript",
        ),
        (pdf(spoil=acting(S=pdf_name("/Launch"), F=pdf_string("a.exe"))), "active", "Launch"),
    ],
    ids=[
        *("empty", "svg", "gif", "cut off", "bomb of pixels", "long strip", "frames"),
        *("no pdf", "pages", "encrypted", "with a file", "script", "launch"),
    ],
)
def test_a_file_that_is_not_accepted_is_told_with_what_was_measured(
    content: bytes, code: str, told: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        Looker().look(content)
    assert refused.value.code == code
    assert told in str(refused.value)
    assert refused.value.zh
    if told.isdigit():
        assert told in refused.value.zh


def test_a_file_that_costs_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds are the system's: an allocation beyond the memory fails, the file is refused."""

    def greedy(_content: bytes) -> tuple[dict[str, Any], bytes]:
        raise MemoryError

    assert child.answer_of(greedy, b"") == ({"wrong": "costly", "values": {}}, b"")
    bomb = zlib.compress(bytes(60_000_000), 9)
    packed = zlib.compress(bomb, 9)
    assert len(packed) < 1000
    text = b"zTXt" + b"Comment\x00\x00" + bomb
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    with pytest.raises(FileRefused):
        Looker().look(png(1, 1, zlib.compress(bytes(5)), more=chunk))


def photographed(kind: str) -> bytes:
    """A picture as a camera writes it: its owner, its place, and on which side it was held."""
    image = Image.new("RGB", (80, 60), "red")
    exif = image.getexif()
    exif[0x0112] = 6  # held on its side
    exif[0x013B] = "CAMERA OWNER"
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_made_anew_is_upright_and_says_nothing_of_camera_or_place(kind: str) -> None:
    taken = photographed(kind)
    assert b"CAMERA OWNER" in taken
    anew = Looker().copied(taken)
    assert b"CAMERA OWNER" not in anew
    with Image.open(io.BytesIO(anew)) as image:
        assert image.format == kind
        assert image.size == (60, 80)
        assert not dict(image.getexif())
        red, green, blue = image.convert("RGB").getpixel((30, 40))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_measured_as_people_see_it(kind: str) -> None:
    assert Looker().look(photographed(kind))[1] == {"width": 60, "height": 80, "mode": "RGB"}


def described(writer: PdfFileWriter) -> None:
    """As programs write it: who made it, when and with what, of the file and of a page."""
    stream = generic.StreamObject(stream_data=b"<x>SOMEBODY</x>")
    writer.root["/Metadata"] = writer.add_object(stream)
    writer.update_root()
    page = writer.root["/Pages"]["/Kids"][0]
    page["/LastModified"] = pdf_string("SOMEBODY")
    page["/PieceInfo"] = generic.DictionaryObject({pdf_name("/By"): pdf_string("SOMEBODY")})
    writer.set_info(
        writer.add_object(generic.DictionaryObject({pdf_name("/Author"): pdf_string("SOMEBODY")}))
    )


def test_a_pdf_made_anew_has_its_pages_and_nothing_beside_them() -> None:
    taken = pdf(3, described)
    assert taken.count(b"SOMEBODY") == 4
    anew = Looker().copied(taken)
    assert b"SOMEBODY" not in anew
    assert Looker().look(anew) == ("application/pdf", {"pages": 3})
    drawn, before = (pypdfium2.PdfDocument(one)[2].render().to_pil() for one in (anew, taken))
    assert drawn.tobytes() == before.tobytes()


def test_a_pdf_that_cannot_be_written_again_is_given_as_it_is_and_a_spoilt_picture_not() -> None:
    spoilt = pdf()[:200]
    assert Looker().copied(spoilt) == spoilt
    with pytest.raises(FileRefused):
        Looker().copied(picture("JPEG")[:200])


def confined(program: str) -> subprocess.CompletedProcess[bytes]:
    """Run this after the child gave away what it could do."""
    code = f"from shared.files.child import confine\nimport socket\nconfine()\n{program}"
    return subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, env={}, check=False
    )


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("open('/etc/hostname')", b"Too many open files"),
        ("socket.socket()", b"Too many open files"),
        ("bytes(2_000_000_000)", b"MemoryError"),
    ],
)
def test_the_child_can_open_nothing_and_take_no_more_memory(program: str, why: bytes) -> None:
    done = confined(program)
    assert done.returncode == 1
    assert why in done.stderr


def test_the_child_is_ended_when_its_time_is_used_up() -> None:
    assert confined("while True: pass").returncode < 0


def test_the_process_that_is_ready_has_no_environment_and_no_descriptor_of_ours() -> None:
    keeper, others = Keeper(), {*processes_of(os.getpid())}
    with socket.socket() as ours:
        os.set_inheritable(ours.fileno(), True)
        with keeper.connected(b"i") as file:
            assert file.recv(1) == BEGUN
            (ready,) = {*processes_of(os.getpid())} - others
            environment = Path(f"/proc/{ready}/environ").read_bytes()
            (child,) = processes_of(ready)
            kept = {str(one.readlink()) for one in Path(f"/proc/{child}/fd").iterdir()}
    keeper.renew()
    assert b"=" not in environment.replace(b"LC_CTYPE=C.UTF-8", b"")
    assert len(kept) == 1  # its own connection
    assert kept.pop().startswith("socket:")


def processes_of(parent: int) -> list[int]:
    """The processes that this one started and that still run."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(one)
        for one in found
        if b"shared.files.keeper" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


def test_a_process_that_ended_is_replaced_for_the_next_file() -> None:
    looker, others = Looker(), {*processes_of(os.getpid())}
    assert looker.look(picture("PNG"))[0] == "image/png"
    (ready,) = {*processes_of(os.getpid())} - others
    os.kill(ready, signal.SIGKILL)
    assert looker.look(picture("PNG"))[0] == "image/png"
    assert len({*processes_of(os.getpid())} - others) == 1
    looker._keeper.renew()


def test_who_waits_too_long_for_a_turn_may_come_again() -> None:
    turns = threading.BoundedSemaphore(1)
    turns.acquire()
    with pytest.raises(FileLookerBusy):
        Looker(turns=turns, turn_s=0.01).look(picture("PNG"))
    turns.release()
    assert Looker(turns=turns).look(picture("PNG"))[0] == "image/png"


def test_a_look_that_takes_too_long_gives_its_turn_back() -> None:
    turns = threading.BoundedSemaphore(1)
    with pytest.raises(FileLookerBusy):
        Looker(turns=turns, look_s=0.0).look(pdf())
    assert turns.acquire(blocking=False)


@settings(max_examples=12, deadline=None)
@given(
    kind=st.sampled_from([picture("PNG"), picture("JPEG"), picture("WEBP"), pdf()]),
    at=st.floats(0.0, 0.999),
    put=st.binary(min_size=1, max_size=40),
)
def test_a_spoilt_file_is_accepted_or_refused_and_nothing_else(
    kind: bytes, at: float, put: bytes
) -> None:
    place = int(len(kind) * at)
    spoilt = kind[:place] + put + kind[place + len(put) :]
    try:
        mime, measured = Looker().look(spoilt)
    except FileRefused as refused:
        assert refused.code in WRONG  # noqa: PT017 - either outcome is right
    else:
        assert mime in limits.ACCEPTED
        assert measured
