"""The process that is ready for files: no environment, no key, no address; it forks for each file.

A fork that has the decoders already costs a few milliseconds, a new Python half a second. Standard
input is a socket over which each file's own connection comes, after a byte that says whether it is
a picture, a PDF or a spreadsheet. It ends with whoever started it, or when nothing came for
`IDLE_S`.
"""

import os
import signal
import socket

from shared.files import compressing, pictures  # noqa: F401 - for the child, before the fork
from shared.files.child import look_once
from shared.files.limits import IDLE_S

PICTURE, DOCUMENT, TABLE = b"i", b"p", b"t"


def main() -> None:
    """Wait for files; each is opened by a child that ends after it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    pictures.import_decoders()
    with socket.socket(fileno=0) as asked:
        asked.settimeout(IDLE_S)
        while True:
            try:
                what, descriptors, _flags, _from = socket.recv_fds(asked, 1, 1)
            except TimeoutError:
                return
            if not what or not descriptors:
                return
            if what == DOCUMENT:
                from shared.files import documents  # noqa: PLC0415 - 60 MB, for a PDF alone

                documents.be_ready()
            if what == TABLE:
                from shared.files import sheets  # noqa: PLC0415 - for a spreadsheet alone

                sheets.warm_up()
            if os.fork() == 0:
                look_once(descriptors[0])
            os.close(descriptors[0])


if __name__ == "__main__":
    main()
