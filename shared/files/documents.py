"""A PDF: its objects are searched for what is not a page, then each page is drawn once.

Runs in the child alone. The search is made by a reader written in Python, the drawing by PDFium,
which is built without a script engine.
"""

import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from shared.files.limits import MOST_OBJECTS, MOST_PAGES
from shared.files.refused import FileRefused

ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia", "/AA"}
)
ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/RichMediaExecute",
    }
)
LONGEST_SIDE_DRAWN = 400
# What a program writes beside a page, and no page shows.
BESIDE = frozenset({"/Metadata", "/PieceInfo", "/LastModified", "/Info"})


def drawn(content: bytes) -> dict[str, Any]:
    """Search and draw a PDF; what was measured.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make the readers raise.
    """
    must_be_pages_alone(content)
    document = pypdfium2.PdfDocument(content)
    pages = len(document)
    if pages > MOST_PAGES:
        raise FileRefused("pages", pages=pages)
    for page in document:
        width, height = page.get_size()
        page.render(scale=LONGEST_SIDE_DRAWN / max(width, height, 1.0))
        page.close()
    return {"pages": pages}


def be_ready() -> None:
    """Write an empty PDF: what that imports and reads cannot be had when no file can be opened."""
    empty = PdfFileWriter()  # type: ignore[no-untyped-call]
    _written(_copied(_read(_written(empty))))


def written_anew(content: bytes) -> bytes:
    """The same pages, forms and all, without what stands beside them: author, program, dates.

    What is taken out is led to by nothing any more, and a second copy leaves it behind.

    Raises:
        FileRefused, MemoryError, or whatever hostile bytes make the reader raise.
    """
    writer = _copied(_read(content))
    for one in _nested(list(writer.objects.values())):
        for key in BESIDE & one.keys():
            del one[key]
    return _written(_copied(_read(_written(writer))))


def _copied(reader: PdfFileReader) -> PdfFileWriter:
    """All that the pages lead to; what the trailer says of the file stays behind."""
    return copy_into_new_writer(reader, writer_kwargs={"info": None})


def _read(content: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(content), strict=False)


def _written(writer: PdfFileWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]
    return made.getvalue()


def _nested(waiting: list[Any]) -> Iterator[generic.DictionaryObject]:
    """Every dictionary among these objects and inside them; references are not followed."""
    met = 0
    while waiting:
        one = waiting.pop()
        met += 1
        if met > MOST_OBJECTS:
            raise FileRefused("costly")
        if isinstance(one, generic.DictionaryObject):
            yield one
        waiting.extend(_inside(one))


def must_be_pages_alone(content: bytes) -> None:
    """Refuse a PDF that is encrypted, or holds scripts, files, launches or dynamic forms."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise FileRefused("encrypted")
    found = [name for one in objects(reader) for name in active(one)]
    if found:
        raise FileRefused("active", count=len(found), found=", ".join(sorted(set(found))))


def objects(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Every dictionary that the trailer leads to, each once."""
    waiting: list[Any] = [reader.trailer_view]
    seen: set[tuple[int, int]] = set()
    met = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()  # type: ignore[no-untyped-call]
        met += 1
        if met > MOST_OBJECTS:
            raise FileRefused("costly")
        if isinstance(one, generic.DictionaryObject):
            yield one
        waiting.extend(_inside(one))


def _inside(one: Any) -> list[Any]:
    """What a dictionary or a list holds now, references as such."""
    if isinstance(one, generic.DictionaryObject):
        return [one.raw_get(key) for key in one]
    if isinstance(one, generic.ArrayObject):
        return [one.raw_get(at) for at in range(len(one))]
    return []


def active(one: generic.DictionaryObject) -> list[str]:
    """The names of what is not a page in a dictionary, without their slash."""
    found = [key[1:] for key in one if key in ACTIVE_KEYS]
    action = one.raw_get("/S") if "/S" in one else None
    if action in ACTIVE_ACTIONS:
        found.append(str(action)[1:])
    return found
