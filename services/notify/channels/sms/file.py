"""A file that stands for a provider of text messages."""

import json
import os
from contextlib import suppress
from pathlib import Path

from services.notify.channels.message import Message, SendFailed


class FileTextMessages:
    """Stands for a provider of text messages: one JSON line a message, in a file of mode 0600.

    The file holds real numbers, as the provider would get them: it is for a laptop and for tests.
    """

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> str:
        """Append one line, durably: {id, to, text, at}."""
        line = json.dumps(
            {
                "id": message.id,
                "to": message.to,
                "text": message.words.zh,
                "at": message.at.isoformat(),
            },
            ensure_ascii=False,
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise SendFailed("provider-away") from error
        try:
            _write(handle, f"{line}\n".encode())
        except OSError as error:
            raise SendFailed("provider-away") from error
        finally:
            with suppress(OSError):  # what was written and synced is there, whatever closing says
                os.close(handle)
        return message.id


def _write(handle: int, line: bytes) -> None:
    """Write all of it, durably; one write may take a part."""
    while line:
        line = line[os.write(handle, line) :]
    os.fsync(handle)
