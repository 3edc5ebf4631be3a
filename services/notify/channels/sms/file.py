"""A file that stands for a provider of text messages."""

import json
import os
from pathlib import Path

from services.notify.channels.message import Message, SendFailed
from shared.config import Settings


def provider(settings: Settings) -> "FileTextMessages":
    """The file in the outbox of the settings."""
    return FileTextMessages(settings.outbox_dir / "sms.jsonl")


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
            try:
                os.write(handle, f"{line}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise SendFailed("provider-away") from error
        return message.id
