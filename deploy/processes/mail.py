"""A mail server that delivers nothing: every mail becomes a file that the demo shows.

`python -m deploy.processes.mail PORT FOLDER`; for the embedded system and compose only.
"""

import asyncio
import signal
import sys
import time
import uuid
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
MAIL_BYTES_MOST = 1024 * 1024


class Catcher:
    """Writes each accepted mail to `<folder>/<time>-<random>.eml` before it says 250."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail; the file appears whole under its name."""
        del server, session
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        content = envelope.original_content or b""
        await asyncio.to_thread(self._write, name, content)
        return "250 kept"

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.rename(self.folder / f"{name}.eml")


async def serve(host: str, port: int, folder: Path) -> None:
    """Take mail until SIGTERM."""
    catcher, loop, stop = Catcher(folder), asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def session() -> SMTP:
        return SMTP(catcher, hostname="caseledger", data_size_limit=MAIL_BYTES_MOST)

    server = await loop.create_server(session, host, port)
    await stop.wait()
    server.close()


def main(argv: list[str]) -> None:
    """Read the command line and serve; an optional third word is the address to listen on."""
    Path(argv[1]).mkdir(parents=True, exist_ok=True)
    host = argv[2] if len(argv) > 2 else HOST  # noqa: PLR2004 - the third word
    asyncio.run(serve(host, int(argv[0]), Path(argv[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
