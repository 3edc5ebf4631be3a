"""What a mail server answers, at each stage of a session, and what we make of it."""

from collections.abc import Iterator

import pytest

from services.notify.channels.mail.smtp import Mail
from services.notify.channels.message import Message, SendFailed, message_id
from services.notify.words.table import Words
from tests.support.histories import T0
from tests.support.smtp_scripted import DROP, RESET, SILENCE, ScriptedSmtp

WORDS = Words(subject="申请已受理 / Application accepted", zh="已受理。", en="It was accepted.")
SENDER = "no-reply@caseledger.test"


def message(to: str = "applicant@example.org") -> Message:
    return Message(id=message_id("case/c/4/email", "caseledger.test"), to=to, words=WORDS, at=T0)


@pytest.fixture
def server() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp().serving() as one:
        yield one


def sent(server: ScriptedSmtp, to: str = "applicant@example.org") -> str:
    return Mail(server.address, sender=SENDER, timeout_s=0.5).send(message(to))


def failure(server: ScriptedSmtp) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        sent(server)
    return failed.value


RELAYS_FAULT = [
    ("GREETING", "554 no service", "smtp-554-greeting"),
    ("GREETING", "421 4.3.2 going down", "smtp-421-4.3.2-greeting"),
    ("MAIL", "530 5.7.0 Authentication required", "smtp-530-5.7.0-mail"),
    ("MAIL", "535 5.7.8 no", "smtp-535-5.7.8-mail"),
    ("MAIL", "553 sender not owned", "smtp-553-mail"),
    ("MAIL", "550 5.7.23 SPF", "smtp-550-5.7.23-mail"),
    ("MAIL", "550 5.1.1 the sender, at this stage", "smtp-550-5.1.1-mail"),
    ("MAIL", "451 4.3.0 later", "smtp-451-4.3.0-mail"),
    ("MAIL", "what is this", "smtp-garbled-mail"),
    ("RCPT", "554 5.7.1 blocked by a list", "smtp-554-5.7.1-rcpt"),
    ("RCPT", "550 5.7.1 relaying denied", "smtp-550-5.7.1-rcpt"),
    ("RCPT", "550 5.7.26 not authenticated", "smtp-550-5.7.26-rcpt"),
    ("RCPT", "550 5.3.2 not accepting", "smtp-550-5.3.2-rcpt"),
    ("RCPT", "550 5.4.1 access denied", "smtp-550-5.4.1-rcpt"),
    ("RCPT", "550 5.1.8 bad sender's system", "smtp-550-5.1.8-rcpt"),
    ("RCPT", "550 5.1.0 sender rejected", "smtp-550-5.1.0-rcpt"),
    ("RCPT", "550 relay not permitted", "smtp-550-rcpt"),
    ("RCPT", "550 your host is on a blocklist", "smtp-550-rcpt"),
    ("RCPT", "554 refused", "smtp-554-rcpt"),
    ("RCPT", "503 5.5.1 bad sequence", "smtp-503-5.5.1-rcpt"),
    ("RCPT", "421 4.7.0 try later", "smtp-421-4.7.0-rcpt"),
    ("RCPT", "451 4.7.1 greylisted", "smtp-451-4.7.1-rcpt"),
    ("RCPT", "452 4.3.1 no space", "smtp-452-4.3.1-rcpt"),
    ("RCPT", "452 too many", "smtp-452-rcpt"),
    ("DATA", "554 5.5.1 no valid recipients", "smtp-554-5.5.1-data"),
    ("CONTENT", "554 no", "smtp-554"),
    ("CONTENT", "554 5.7.1 looks like spam", "smtp-554-5.7.1"),
    ("CONTENT", "552 5.3.4 too big", "smtp-552-5.3.4"),
    ("CONTENT", "451 later", "smtp-451"),
]
NO_RECIPIENT = [
    ("RCPT", "550 5.1.1 no such user"),
    ("RCPT", "550 5.1.2 no such domain"),
    ("RCPT", "553 5.1.3 bad address"),
    ("RCPT", "550 5.1.6 moved"),
    ("RCPT", "556 5.1.10 takes no mail"),
    ("RCPT", "550 no such user here"),
    ("RCPT", "551 user not local"),
    ("RCPT", "556 domain takes no mail"),
    ("CONTENT", "550 5.1.1 no such user"),
]


ROW_4 = pytest.mark.xfail(strict=True, reason="row 4: every 5xx is taken for the recipient's fault")
ROW_9 = pytest.mark.xfail(strict=True, reason="row 9: the reply to QUIT decides")


@pytest.mark.parametrize(
    ("stage", "reply", "code"),
    [pytest.param(*row, marks=ROW_4 if row[1].startswith("5") else ()) for row in RELAYS_FAULT],
)
def test_what_says_nothing_about_the_recipient_is_tried_again(
    stage: str, reply: str, code: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: reply}
    assert failure(server).permanent is False, code
    server.script = {}  # the relay is well again
    sent(server)
    assert len(server.taken) == 1


@pytest.mark.parametrize(("stage", "reply"), NO_RECIPIENT)
def test_an_address_that_does_not_exist_is_given_up(
    stage: str, reply: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: reply}
    assert failure(server).permanent is True


GOODBYES = ["250 ok", "421 4.4.2 closing", "451 no", "500 5.5.2 what", "554 no"]


@pytest.mark.parametrize(
    "goodbye",
    [
        "221 bye",
        *(pytest.param(one, marks=ROW_9) for one in [*GOODBYES, "what is this"]),
        SILENCE,
        DROP,
        RESET,
    ],
)
def test_what_was_taken_stays_taken_however_the_server_says_goodbye(
    goodbye: str, server: ScriptedSmtp
) -> None:
    server.script = {"QUIT": goodbye}
    sent(server)
    assert len(server.taken) == 1
