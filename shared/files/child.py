"""The process in which one file is opened: it has no key, no address, no network, and ends after.

Over its one connection come what is wanted (`look`, `copy` or `compress`), the media type, a line
feed and the file. It answers a byte once it has begun, and a line of JSON: what was measured, or
what is wrong; after it the file that was made, where one is wanted.
"""

import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from shared.files.limits import CPU_S, LOOK_S, MEMORY_BYTES, PDF, SHEET
from shared.files.refused import FileRefused

BEGUN = b"!"
LOOK, COPY, COMPRESS = "look", "copy", "compress"
Work = Callable[[bytes], tuple[dict[str, Any], bytes]]
CHUNK = 1 << 20
_DESCRIPTORS = 256  # more than a process that is ready has


def look_once(descriptor: int) -> NoReturn:
    """Open the file of this connection, and end the process."""
    try:
        signal.setitimer(signal.ITIMER_REAL, LOOK_S)  # ends it, whatever a decoder does
        os.dup2(descriptor, 0)
        os.closerange(1, _DESCRIPTORS)
        with socket.socket(fileno=0) as file:
            file.sendall(BEGUN)
            wanted, mime, content = _read(file)
            work = _work(wanted, mime)
            confine()
            answer, made = answer_of(work, content)
            file.sendall(json.dumps(answer).encode() + b"\n" + made)
    finally:
        os._exit(0)


def _read(file: socket.socket) -> tuple[str, str, bytes]:
    parts = []
    while part := file.recv(CHUNK):
        parts.append(part)
    asked, _, content = b"".join(parts).partition(b"\n")
    wanted, _, mime = asked.decode("ascii").partition(" ")
    return wanted, mime, content


def _work(wanted: str, mime: str) -> Work:
    """What is to be done, by a decoder that was imported before the fork."""
    if mime == PDF:
        from shared.files import documents  # noqa: PLC0415

        if wanted == COPY:
            return lambda content: ({}, documents.written_anew(content))
        return lambda content: (documents.drawn(content), b"")
    if mime == SHEET:
        from shared.files import sheets  # noqa: PLC0415

        return lambda content: (sheets.rows_read(content), b"")
    from shared.files import compressing, pictures  # noqa: PLC0415

    if wanted == COMPRESS:
        return lambda content: compressing.compressed(content, mime)
    if wanted == COPY:
        return lambda content: ({}, pictures.made_anew(content, mime))
    return lambda content: (pictures.decoded_picture(content, mime), b"")


def confine() -> None:
    """Bound memory and time; no further descriptor means no file, no socket, no process' pipe."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, spent + CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 1),
    ):
        resource.setrlimit(what, (most, most))


def answer_of(work: Work, content: bytes) -> tuple[dict[str, Any], bytes]:
    """What was measured, or the code of what is wrong with its sentence's values; and the copy."""
    try:
        measured, made = work(content)
    except FileRefused as error:
        return {"wrong": error.code, "values": error.measured}, b""
    except (MemoryError, RecursionError):
        return {"wrong": "costly", "values": {}}, b""
    except Exception:  # noqa: BLE001 - hostile bytes make the decoders raise undocumented errors
        return {"wrong": "broken", "values": {}}, b""
    return {"measured": measured}, made
