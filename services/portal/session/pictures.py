"""Requests with pictures: larger than a form, and never written to a disk of the portal."""

from io import BytesIO
from typing import IO

from flask import Request, request

MOST_BYTES = 20 * 1024 * 1024
PAGES = frozenset({"applying.answer", "cases.supplemented", "counter.answer", "desk.acted"})


class InMemory(Request):
    """A request whose uploads stay in memory: a temporary file would hold a person's papers."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        return BytesIO()


def room_for_pictures() -> None:
    """Let the pages that take pictures take them; every other page has the limit of a form."""
    if request.endpoint in PAGES:
        request.max_content_length = MOST_BYTES
