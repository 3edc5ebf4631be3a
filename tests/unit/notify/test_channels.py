"""Handing a message over: mail to a real SMTP server, text messages to the file sink."""

import json
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, get_args

import pytest
from aiosmtpd.controller import Controller

from services.intake.application.submission import ApplicantSchema
from services.notify import channels
from services.notify.channels.mail.smtp import Mail
from services.notify.channels.message import Message, SendFailed, message_id
from services.notify.channels.sms.file import FileTextMessages
from services.notify.channels.table import CHANNELS, providers_of
from services.notify.words.table import Words
from shared.case.facts.parts import CHANNELS as FIELDS
from shared.case.facts.parts import Channel
from shared.case.intake.contact import ContactChanged
from shared.case.intake.submission import CaseSubmitted
from shared.config import Settings
from tests.support.histories import T0

FOLDER = Path(channels.__file__).parent

WORDS = Words(subject="申请已受理 / Application accepted", zh="已受理。", en="It was accepted.")


def message(to: str) -> Message:
    return Message(id=message_id("case/c/4/email", "caseledger.test"), to=to, words=WORDS, at=T0)


class Catcher:
    """Keeps what it is given; answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 kept"
        self.rcpt_answer = "250 ok"

    async def handle_RCPT(self, _s: Any, _q: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return self.answer


@pytest.fixture
def catcher() -> Iterator[tuple[Catcher, Mail]]:
    handler = Catcher()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, Mail(f"127.0.0.1:{port}", sender="no-reply@caseledger.test", timeout_s=2)
    finally:
        controller.stop()


@pytest.mark.requirement("R-108")
def test_a_mail_carries_both_languages_and_the_notices_own_id(
    catcher: tuple[Catcher, Mail],
) -> None:
    handler, mail = catcher
    reference = mail.send(message("applicant@example.org"))
    (got,) = handler.mails
    assert got["Message-ID"] == f"<{reference}>"
    assert got["To"] == "applicant@example.org"
    assert got["Subject"] == WORDS.subject
    assert "已受理。" in got.get_content()
    assert "It was accepted." in got.get_content()


def test_a_repeat_carries_the_same_id(catcher: tuple[Catcher, Mail]) -> None:
    handler, mail = catcher
    mail.send(message("a@example.org"))
    mail.send(message("a@example.org"))
    assert len({m["Message-ID"] for m in handler.mails}) == 1


def test_a_refused_recipient_is_hopeless_and_a_busy_server_is_not(
    catcher: tuple[Catcher, Mail],
) -> None:
    handler, mail = catcher
    for answer, permanent in (("550 no such user", True), ("450 busy", False)):
        handler.rcpt_answer = answer
        with pytest.raises(SendFailed) as failure:
            mail.send(message("nobody@example.org"))
        assert failure.value.permanent is permanent


def test_a_server_that_says_no_to_the_content_is_tried_again(
    catcher: tuple[Catcher, Mail],
) -> None:
    handler, mail = catcher
    handler.answer = "451 later"
    with pytest.raises(SendFailed) as failure:
        mail.send(message("a@example.org"))
    assert (failure.value.code, failure.value.permanent) == ("smtp-451", False)


def test_a_server_that_is_away_is_a_failure_to_be_tried_again() -> None:
    with pytest.raises(SendFailed) as failure:
        Mail("127.0.0.1:1", sender="x@y.z", timeout_s=1).send(message("a@example.org"))
    assert (failure.value.code, failure.value.permanent) == ("smtp-away", False)


def test_a_line_break_in_an_address_never_becomes_a_header(catcher: tuple[Catcher, Mail]) -> None:
    handler, mail = catcher
    with pytest.raises(SendFailed) as failure:
        mail.send(message("a@example.org\r\nBcc: b@example.org"))
    assert failure.value.permanent
    assert handler.mails == []


@pytest.mark.requirement("R-108")
def test_the_file_sink_keeps_one_line_a_message_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "sms.jsonl"
    sink = FileTextMessages(path)
    for _ in range(2):
        sink.send(message("13900001111"))
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["to"] for line in lines] == ["13900001111"] * 2
    assert len({line["id"] for line in lines}) == 1
    assert lines[0]["text"] == "已受理。"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_sink_that_cannot_be_written_is_a_provider_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")
    with pytest.raises(SendFailed, match="provider-away"):
        FileTextMessages(tmp_path / "outbox" / "sms.jsonl").send(message("1"))


def test_where_a_message_goes_never_shows() -> None:
    assert "13900001111" not in repr(message("13900001111"))


def test_the_two_tables_name_the_same_channels() -> None:
    """The names on disk with their contact fields, and the providers."""
    assert tuple(FIELDS) == get_args(Channel)
    assert set(CHANNELS) == set(FIELDS)
    assert set(FIELDS.values()) <= CaseSubmitted.SEALED
    assert set(FIELDS.values()) <= ContactChanged.SEALED


def test_every_contact_field_is_one_that_an_applicant_is_asked_for() -> None:
    assert set(FIELDS.values()) <= set(ApplicantSchema().fields)


def test_each_channel_is_a_package_and_no_other_channel_knows_of_it() -> None:
    packages = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    made = {provider.__module__.split(".")[3] for provider in CHANNELS.values()}
    assert made == packages
    for name in packages:
        others = (FOLDER / other for other in packages - {name})
        sources = [path.read_text("utf-8") for other in others for path in other.glob("*.py")]
        assert not any(f"channels.{name}" in source for source in sources)


def test_a_channel_without_settings_is_left_out() -> None:
    settings = Settings.from_env({})
    assert set(providers_of(settings)) == set(CHANNELS)
    assert set(providers_of(replace(settings, smtp=""))) == set(CHANNELS) - {"email"}
