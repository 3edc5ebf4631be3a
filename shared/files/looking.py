"""Looking at a file from outside: its first bytes here, the rest in a process of its own.

A process, because a decoder cannot be stopped within a thread, and its memory cannot be bounded.
"""

import json
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import filetype

import shared
from shared.files.child import BEGUN, CHUNK, COMPRESS, COPY, LOOK
from shared.files.keeper import DOCUMENT, PICTURE, TABLE
from shared.files.limits import ACCEPTED, AT_ONCE, LOOK_S, PDF, PICTURES, SHEET, SMALL_BYTES, TURN_S
from shared.files.refused import FileLookerBusy, FileRefused

SNIFF_BYTES = 261
# Isolated, and with our code alone beside the libraries: nothing of where it is started counts.
_PROGRAM = (
    f"import sys; sys.path.insert(0, {str(Path(shared.__file__).parents[1])!r}); "
    "from shared.files.keeper import main; main()"
)
Answered = tuple[dict[str, Any], bytes]  # what was measured or is wrong, and the copy
OPENED_AS = {PDF: DOCUMENT, SHEET: TABLE}
COSTLY: dict[str, Any] = {"wrong": "costly", "values": {}}


def media_type(content: bytes) -> str:
    """The media type by the first bytes.

    Raises:
        FileRefused: it is not one that we accept.
    """
    kind = filetype.guess(content[:SNIFF_BYTES])
    mime: str = kind.mime if kind else "unknown"
    if mime not in ACCEPTED:
        raise FileRefused("kind", found=mime)
    return mime


class Keeper:
    """The process that is ready for files, started when the first one comes, ended with this."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._asked: socket.socket | None = None
        self._end: Callable[[], None] = _nothing

    def connected(self, what: bytes) -> socket.socket:
        """A connection to a process that opens one file of this kind."""
        ours, theirs = socket.socketpair()
        with theirs, self._turn:
            try:
                socket.send_fds(self._asked or self._started(), [what], [theirs.fileno()])
            except OSError:  # it ended, as it does when nothing comes
                socket.send_fds(self._started(), [what], [theirs.fileno()])
        return ours

    def renew(self) -> None:
        """End it: the next file has another process."""
        with self._turn:
            self._end()
            self._asked = None

    def _started(self) -> socket.socket:
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-c", _PROGRAM]
            process = subprocess.Popen(command, stdin=theirs.fileno(), env={}, cwd="/")
        self._asked = ours
        self._end = weakref.finalize(self, _ended, process, ours)
        return ours


def _nothing() -> None:
    """There is no process yet."""


def _ended(process: subprocess.Popen[bytes], asked: socket.socket) -> None:
    asked.close()
    process.kill()
    process.wait()


class Looker:
    """Opens files, a few at once; the others wait for their turn."""

    def __init__(
        self,
        *,
        turns: threading.BoundedSemaphore | None = None,
        turn_s: float = TURN_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._turns = turns or threading.BoundedSemaphore(AT_ONCE)
        self._turn_s = turn_s
        self._look_s = look_s
        self._keeper = Keeper()

    def look(self, content: bytes) -> tuple[str, dict[str, Any]]:
        """The media type of a file that could be opened whole, and what was measured.

        Raises:
            FileRefused: it is not accepted. FileLookerBusy: no time for it now.
        """
        mime = media_type(content)
        answer, _ = self._asked(LOOK, content, mime)
        if "wrong" in answer:
            raise FileRefused(answer["wrong"], **{"found": mime, **answer["values"]})
        measured: dict[str, Any] = answer["measured"]
        return mime, measured

    def copied(self, content: bytes) -> bytes:
        """A file made anew, without what a camera or a program wrote beside what it shows.

        A PDF that could be looked at and cannot be written again is given as it is: nobody's papers
        stay unread for its sake.

        Raises:
            FileRefused: it cannot be opened (any more). FileLookerBusy: no time for it now.
        """
        mime = media_type(content)
        answer, made = self._asked(COPY, content, mime)
        if "wrong" in answer and mime == PDF:
            return content
        if "wrong" in answer:
            raise FileRefused(answer["wrong"], **{"found": mime, **answer["values"]})
        return made

    def rows(self, content: bytes) -> list[tuple[int, list[Any]]]:
        """The rows of a spreadsheet, each with its number: see `sheets.rows_read`.

        Raises:
            FileRefused: it is none, or is not accepted. FileLookerBusy: no time for it now.
        """
        answer, _ = self._asked(LOOK, content, SHEET)
        if "wrong" in answer:
            raise FileRefused(answer["wrong"], **{"found": SHEET, **answer["values"]})
        return [(number, cells) for number, cells in answer["measured"]["rows"]]

    def compressed(self, content: bytes, mime: str) -> tuple[bytes, str]:
        """A picture that was looked at, in fewer bytes, and its media type from then on.

        It stays as it came where it is small, no picture, or hardly gains; and where there is no
        time for it: nobody's upload is refused for its size once it could be looked at.
        """
        if len(content) <= SMALL_BYTES or mime not in PICTURES:
            return content, mime
        try:
            answer, made = self._asked(COMPRESS, content, mime)
        except FileLookerBusy:
            return content, mime
        measured = answer.get("measured")
        if not measured or not made or len(made) != measured["size"]:  # else it was cut off
            return content, mime
        return made, measured["media_type"]

    def _asked(self, wanted: str, content: bytes, mime: str) -> Answered:
        until = time.monotonic() + self._look_s
        if not self._turns.acquire(timeout=self._turn_s):
            raise FileLookerBusy
        try:
            answer = self._opened(wanted, content, mime, until)
            if answer is None:  # it ended at the very moment, for nothing had come for long
                self._keeper.renew()
                answer = self._opened(wanted, content, mime, until)
        except TimeoutError as error:
            raise FileLookerBusy from error
        finally:
            self._turns.release()
        if answer is None:
            raise FileLookerBusy
        return answer

    def _opened(self, wanted: str, content: bytes, mime: str, until: float) -> Answered | None:
        """What the process answers; None where it did not begin.

        Raises:
            TimeoutError: it is not done by then; it ends by itself.
        """
        with self._keeper.connected(OPENED_AS.get(mime, PICTURE)) as file:
            with suppress(BrokenPipeError, ConnectionResetError):
                _left(file, until)
                file.sendall(f"{wanted} {mime}\n".encode() + content)
                file.shutdown(socket.SHUT_WR)
            told = _received(file, until)
        if not told:
            return None
        if told == BEGUN:  # killed by a limit, or by a fault of a decoder
            return COSTLY, b""
        said, _, made = told.removeprefix(BEGUN).partition(b"\n")
        return json.loads(said), made


def _left(file: socket.socket, until: float) -> None:
    """Wait no longer than that for the next part."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    file.settimeout(left)


def _received(file: socket.socket, until: float) -> bytes:
    told = b""
    with suppress(ConnectionResetError):
        while True:
            _left(file, until)
            part = file.recv(CHUNK)
            if not part:
                break
            told += part
    return told
