"""What a provider of text messages answers, on a real socket, and what we make of it."""

import contextlib
import errno
import json
import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.notify.channels.message import Message, SendFailed, message_id
from services.notify.channels.sms.file import FileTextMessages
from services.notify.channels.sms.http import HttpTextMessages, port_of
from services.notify.channels.sms.provider import provider
from services.notify.words.table import Words
from shared.config import Settings, SettingsError
from tests.support.histories import T0
from tests.support.smtp_scripted import certificate

WORDS = Words(subject="申请已受理 / Application accepted", zh="已受理。", en="It was accepted.")
NUMBER, TOKEN = "13900001111", "made-up-token"
DROP, RESET, SILENCE, HALF = "drop", "reset", "silence", "half"


def message() -> Message:
    return Message(
        id=message_id("case/c/4/phone", "caseledger.test"), to=NUMBER, words=WORDS, at=T0
    )


@dataclass
class Scripted:
    """Answers each request with a status and a body, or does something worse."""

    status: int = 200
    body: str = '{"reference": "r-1"}'
    act: str = ""
    tls: ssl.SSLContext | None = None
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator["Scripted"]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        thread = threading.Thread(target=self._serve, args=(listener,))
        thread.start()
        try:
            yield self
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            listener.close()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            link.settimeout(10)
            with contextlib.suppress(OSError, ValueError):
                if self.tls is not None:
                    link = self.tls.wrap_socket(link, server_side=True)
                self._answer(link)
            link.close()

    def _answer(self, link: socket.socket) -> None:
        got = b""
        while b"\r\n\r\n" not in got:
            got += link.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        while len(body) < int(headers["content-length"]):
            body += link.recv(65536)
        self.requests.append((first, headers, json.loads(body)))
        if self.act == RESET:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.act in {DROP, RESET}:
            return
        if self.act == SILENCE:
            link.recv(1)  # until the client has had enough
            return
        said = self.body.encode()
        length = len(said) + (100 if self.act == HALF else 0)
        link.sendall(
            f"HTTP/1.1 {self.status} x\r\nContent-Length: {length}\r\n\r\n".encode() + said
        )
        if self.act == HALF:
            link.recv(1)  # the rest of the body never comes


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted().serving() as one:
        yield one


def settings(folder: Path, **more: str) -> Settings:
    (folder / "sms.token").write_text(f"{TOKEN}\n")
    given = {f"CASELEDGER_{name.upper()}": value for name, value in more.items()}
    return Settings.from_env({"CASELEDGER_SECRETS_DIR": str(folder), **given})


@pytest.fixture
def texts(server: Scripted, tmp_path: Path) -> HttpTextMessages:
    address = f"http://127.0.0.1:{server.port}/v1/messages?office=1"
    return HttpTextMessages(port_of(settings(tmp_path, sms_url=address)), timeout_s=0.5)


def failure(texts: HttpTextMessages) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        texts.send(message())
    return failed.value


def test_a_message_carries_its_id_its_words_and_the_token(
    server: Scripted, texts: HttpTextMessages
) -> None:
    assert texts.send(message()) == "r-1"
    ((first, headers, body),) = server.requests
    assert first == "POST /v1/messages?office=1 HTTP/1.1"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["idempotency-key"] == body["id"] == message().id
    assert (body["to"], body["text"]) == (NUMBER, "已受理。")


@pytest.mark.parametrize("status", [301, 302, 400, 401, 402, 403, 404, 408, 409, 422, 429])
@pytest.mark.parametrize("body", ["", '{"code": "no-credit"}', "<html>", "[]"])
def test_what_says_nothing_about_the_number_is_the_relays_reason(
    status: int, body: str, server: Scripted, texts: HttpTextMessages
) -> None:
    server.status, server.body = status, body
    failed = failure(texts)
    assert (failed.code, failed.permanent, failed.fault) == (f"sms-{status}", False, "relay")


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 502, 503, 504])
def test_a_provider_that_refuses_us_or_is_ill_is_not_believed_about_the_number(
    status: int, server: Scripted, texts: HttpTextMessages
) -> None:
    server.status, server.body = status, '{"code": "unknown-number"}'
    failed = failure(texts)
    assert (failed.code, failed.permanent, failed.fault) == (f"sms-{status}", False, "relay")


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_number_that_nobody_has_is_given_up(
    status: int, server: Scripted, texts: HttpTextMessages
) -> None:
    server.status, server.body = status, '{"code": "unknown-number", "to": "13900001111"}'
    failed = failure(texts)
    assert (failed.code, failed.permanent, failed.fault) == ("unknown-number", True, "recipient")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", ["", "{}", "thanks", '{"reference": 7}'])
def test_what_was_taken_without_a_reference_has_the_messages_own_id(
    status: int, body: str, server: Scripted, texts: HttpTextMessages
) -> None:
    server.status, server.body = status, body
    assert texts.send(message()) == message().id


def test_a_body_that_never_comes_after_a_200_leaves_the_message_taken(
    server: Scripted, texts: HttpTextMessages
) -> None:
    server.act = HALF
    assert texts.send(message()) == message().id


@pytest.mark.parametrize("act", [DROP, RESET, SILENCE])
def test_a_connection_that_is_lost_before_the_answer_is_tried_again_with_the_same_key(
    act: str, server: Scripted, texts: HttpTextMessages
) -> None:
    server.act = act
    failed = failure(texts)
    assert (failed.code, failed.permanent, failed.fault) == ("sms-lost", False, "relay")
    server.act = ""
    texts.send(message())
    assert len({headers["idempotency-key"] for _, headers, _ in server.requests}) == 1


def test_a_provider_that_is_away_is_the_relays_reason(tmp_path: Path) -> None:
    texts = HttpTextMessages(port_of(settings(tmp_path, sms_url="http://127.0.0.1:1/")))
    failed = failure(texts)
    assert (failed.code, failed.permanent, failed.fault) == ("sms-away", False, "relay")


def test_a_certificate_that_is_not_trusted_gets_neither_number_nor_token(
    server: Scripted, tmp_path: Path
) -> None:
    server.tls, trusted = certificate(tmp_path)
    address = f"https://127.0.0.1:{server.port}/"
    failed = failure(HttpTextMessages(port_of(settings(tmp_path, sms_url=address))))
    assert (failed.code, server.requests) == ("sms-tls", [])
    mine = settings(tmp_path, sms_url=address, sms_ca=str(trusted))
    assert HttpTextMessages(port_of(mine)).send(message()) == "r-1"


@pytest.mark.parametrize(
    "address",
    [
        "http://sms.example.org/v1",
        "ftp://127.0.0.1/",
        "sms.example.org",
        "https://",
        "https://user:secret@sms.example.org/",
        "https://sms.example.org:many/",
    ],
)
def test_an_address_that_cannot_be_or_is_in_the_clear_is_refused(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="CASELEDGER_SMS_URL"):
        port_of(settings(tmp_path, sms_url=address))


def test_a_missing_token_is_named_and_shown_nowhere(tmp_path: Path) -> None:
    mine = settings(tmp_path, sms_url="https://sms.example.org/")
    assert TOKEN not in repr(port_of(mine))
    (tmp_path / "sms.token").unlink()
    with pytest.raises(SettingsError, match=r"sms\.token is missing"):
        provider(mine)


def test_without_an_address_a_file_stands_for_the_provider(tmp_path: Path) -> None:
    assert isinstance(provider(settings(tmp_path)), FileTextMessages)


# ---- the file


def test_an_error_while_closing_the_file_leaves_the_message_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = os.close

    def fails(handle: int) -> None:
        close(handle)
        raise OSError(errno.EIO, "made up")

    monkeypatch.setattr(os, "close", fails)
    path = tmp_path / "sms.jsonl"
    assert FileTextMessages(path).send(message()) == message().id
    assert json.loads(path.read_text("utf-8"))["to"] == NUMBER


def test_a_line_that_is_written_in_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:7]))
    path = tmp_path / "sms.jsonl"
    FileTextMessages(path).send(message())
    assert json.loads(path.read_text("utf-8"))["text"] == "已受理。"


def test_a_line_that_could_not_be_synced_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "made up")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(SendFailed) as failed:
        FileTextMessages(tmp_path / "sms.jsonl").send(message())
    assert (failed.value.code, failed.value.fault) == ("provider-away", "relay")
