"""A mail server on a real socket that answers what a test tells it to, stage by stage."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = Literal["drop", "reset", "silence"]
DROP: Act = "drop"
RESET: Act = "reset"
SILENCE: Act = "silence"
USUAL = {
    "GREETING": "220 here",
    "STARTTLS": "220 go on",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "CONTENT": "250 2.0.0 taken",
    "QUIT": "221 2.0.0 bye",
}


class _Ended(Exception):
    """This connection is over."""


@dataclass
class ScriptedSmtp:
    """What it answers (`script`, by stage), what it offers, and what it was told.

    `taken` are the mails to whose end it answered 2xx. A stage without a script is answered as
    usual.
    """

    script: dict[str, str] = field(default_factory=dict)
    offers: list[str] = field(default_factory=lambda: ["SIZE 1000000", "ENHANCEDSTATUSCODES"])
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    commands: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator["ScriptedSmtp"]:
        """Serve one connection after another until the block is left."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        thread = threading.Thread(target=self._serve, args=(listener,))
        thread.start()
        try:
            yield self
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread up
            thread.join(10)
            listener.close()

    @property
    def address(self) -> str:
        """For the settings: host and port."""
        return f"127.0.0.1:{self.port}"

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            link.settimeout(10)
            session = _Session(self, link)
            with contextlib.suppress(OSError, _Ended, ssl.SSLError):
                session.run()
            session.link.close()


class _Session:
    def __init__(self, server: ScriptedSmtp, link: socket.socket) -> None:
        self.server, self.link, self.rest = server, link, b""
        self.is_encrypted = False

    def run(self) -> None:
        if self.server.implicit:
            self.encrypt()
        self.say("GREETING")
        while True:
            line = self.line()
            self.server.commands.append(line.decode("utf-8"))
            word = line.partition(b" ")[0].decode("ascii").upper()
            if word == "EHLO" and "EHLO" not in self.server.script:
                self.offer()
                continue
            self.say(word)
            if word == "STARTTLS":
                self.encrypt()
            elif word == "DATA" and self.reply("DATA").startswith("354"):
                self.content()
            elif word == "QUIT":
                raise _Ended

    def reply(self, stage: str) -> str:
        return self.server.script.get(stage) or USUAL.get(stage, "250 fine")

    def offer(self) -> None:
        offers = [*self.server.offers]
        if self.server.tls is not None and not self.is_encrypted:
            offers.append("STARTTLS")
        lines = ["here", *offers]
        marks = ["-"] * (len(lines) - 1) + [" "]
        self.send("".join(f"250{m}{line}\r\n" for m, line in zip(marks, lines, strict=True)))

    def content(self) -> None:
        while b"\r\n.\r\n" not in self.rest:
            self.more()
        mail, _, self.rest = self.rest.partition(b"\r\n.\r\n")
        if self.reply("CONTENT").startswith("2"):
            self.server.taken.append(mail)
            self.server.encrypted.append(self.is_encrypted)
        self.say("CONTENT")

    def say(self, stage: str) -> None:
        reply = self.reply(stage)
        if reply == SILENCE:
            while self.link.recv(4096):  # until the client has had enough
                pass
        if reply == RESET:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply in {SILENCE, RESET, DROP}:
            raise _Ended
        self.send(f"{reply}\r\n")
        if reply.startswith("421") or (stage == "GREETING" and not reply.startswith("220")):
            raise _Ended

    def send(self, text: str) -> None:
        self.link.sendall(text.encode("utf-8"))

    def line(self) -> bytes:
        while b"\r\n" not in self.rest:
            self.more()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line

    def more(self) -> None:
        piece = self.link.recv(65536)
        if not piece:
            raise _Ended
        self.rest += piece

    def encrypt(self) -> None:
        assert self.server.tls is not None
        self.link = self.server.tls.wrap_socket(self.link, server_side=True)
        self.is_encrypted = True


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side for 127.0.0.1, and the file with which it is trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "ca.pem", folder / "server.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
