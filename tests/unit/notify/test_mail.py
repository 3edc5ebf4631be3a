"""What a mail server answers, at each stage of a session, and what we make of it."""

import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from services.notify.channels.mail.smtp import Mail, SignIn, provider
from services.notify.channels.message import Message, SendFailed, message_id
from services.notify.words.table import Words
from shared.config import Settings, SettingsError
from tests.support.histories import T0
from tests.support.smtp_scripted import DROP, RESET, SILENCE, ScriptedSmtp, certificate

WORDS = Words(subject="申请已受理 / Application accepted", zh="已受理。", en="It was accepted.")
SENDER = "no-reply@caseledger.test"
SIGN_IN = SignIn("office", "made-up-password")


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
RECIPIENTS_BUSY = [
    ("RCPT", "552 5.2.2 mailbox full", "smtp-552-5.2.2-rcpt"),
    ("RCPT", "452 4.2.2 mailbox full", "smtp-452-4.2.2-rcpt"),
    ("RCPT", "552 mailbox full", "smtp-552-rcpt"),
    ("RCPT", "450 busy", "smtp-450-rcpt"),
    ("RCPT", "450 4.1.1 not known yet", "smtp-450-4.1.1-rcpt"),
    ("RCPT", "550 5.2.1 disabled", "smtp-550-5.2.1-rcpt"),
    ("CONTENT", "552 5.2.2 mailbox full", "smtp-552-5.2.2"),
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


@pytest.mark.parametrize(("stage", "reply", "code"), RELAYS_FAULT)
def test_what_says_nothing_about_the_recipient_is_tried_again(
    stage: str, reply: str, code: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: reply}
    failed = failure(server)
    assert (failed.code, failed.permanent, failed.fault) == (code, False, "relay")
    server.script = {}  # the relay is well again
    sent(server)
    assert len(server.taken) == 1


@pytest.mark.parametrize(("stage", "reply", "code"), RECIPIENTS_BUSY)
def test_a_mailbox_that_takes_nothing_now_is_tried_again_and_is_not_the_relays_fault(
    stage: str, reply: str, code: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: reply}
    failed = failure(server)
    assert (failed.code, failed.permanent, failed.fault) == (code, False, "recipient")


@pytest.mark.parametrize(("stage", "reply"), NO_RECIPIENT)
def test_an_address_that_does_not_exist_is_given_up(
    stage: str, reply: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: reply}
    failed = failure(server)
    assert (failed.code, failed.permanent, failed.fault) == ("recipient-refused", True, "recipient")


def test_a_server_that_refuses_both_ways_to_say_hello_refuses_us(server: ScriptedSmtp) -> None:
    server.script = {"EHLO": "550 5.7.1 not you", "HELO": "550 5.7.1 not you"}
    failed = failure(server)
    assert (failed.code, failed.fault) == ("smtp-550-5.7.1-hello", "relay")


GOODBYES = ["221 bye", "250 ok", "421 4.4.2 closing", "451 no", "500 5.5.2 what", "554 no"]


@pytest.mark.parametrize("goodbye", [*GOODBYES, "what is this", SILENCE, DROP, RESET])
def test_what_was_taken_stays_taken_however_the_server_says_goodbye(
    goodbye: str, server: ScriptedSmtp
) -> None:
    server.script = {"QUIT": goodbye}
    sent(server)
    assert len(server.taken) == 1


@pytest.mark.parametrize("act", [SILENCE, DROP, RESET])
@pytest.mark.parametrize("stage", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT"])
def test_a_connection_that_is_lost_before_the_decisive_reply_is_tried_again(
    stage: str, act: str, server: ScriptedSmtp
) -> None:
    server.script = {stage: act}
    failed = failure(server)
    assert failed.code == "smtp-away" or failed.code.startswith("smtp-lost-")
    assert (failed.permanent, failed.fault) == (False, "relay")


def test_the_copy_after_an_unknown_outcome_has_the_same_message_id(server: ScriptedSmtp) -> None:
    server.script = {"CONTENT": DROP}
    assert failure(server).code == "smtp-lost-data"
    server.script = {}
    first = sent(server)
    assert first == sent(server) == message().id
    assert all(f"<{first}>".encode() in mail for mail in server.taken)


def test_a_refusal_never_repeats_the_address(server: ScriptedSmtp) -> None:
    server.script = {"RCPT": "554 5.7.1 <applicant@example.org> is not wanted"}
    failed = failure(server)
    assert "applicant" not in f"{failed!r}{failed.__cause__!r}{failed.__context__!r}"


# ---- only what is offered


def test_a_server_that_offers_nothing_is_asked_for_nothing(server: ScriptedSmtp) -> None:
    server.offers = []
    sent(server)
    assert f"mail FROM:<{SENDER}>" in server.commands
    assert all(byte < 128 for byte in server.taken[0])
    read = message_from_bytes(server.taken[0], policy=policy.default)
    assert "已受理。" in read.get_content()  # type: ignore[attr-defined]
    assert max(map(len, server.taken[0].split(b"\r\n"))) <= 998


def test_the_size_is_said_where_it_is_offered_and_a_smaller_limit_is_not_tried(
    server: ScriptedSmtp,
) -> None:
    sent(server)
    assert any(command.startswith(f"mail FROM:<{SENDER}> SIZE=") for command in server.commands)
    server.offers = ["SIZE 10"]
    assert failure(server).code == "smtp-too-large"
    assert len(server.taken) == 1
    server.offers = ["SIZE"]  # no limit
    sent(server)


def test_an_address_in_another_script_needs_a_server_that_offers_it(server: ScriptedSmtp) -> None:
    with pytest.raises(SendFailed) as failed:
        sent(server, "张三@example.org")
    assert (failed.value.code, failed.value.fault) == ("smtp-utf8-not-offered", "relay")
    server.offers = ["SMTPUTF8", "8BITMIME"]
    sent(server, "张三@example.org")
    assert f"mail FROM:<{SENDER}> SMTPUTF8 BODY=8BITMIME" in server.commands
    assert "rcpt TO:<张三@example.org>" in server.commands


def test_a_domain_in_another_script_is_spelled_in_ascii(server: ScriptedSmtp) -> None:
    server.offers = []
    sent(server, "a@例子.test")
    assert "rcpt TO:<a@xn--fsqu00a.test>" in server.commands


# ---- encryption and sign-in


@pytest.fixture
def trusted(tmp_path: Path, server: ScriptedSmtp) -> Path:
    server.tls, trusted = certificate(tmp_path)
    server.offers = ["AUTH PLAIN LOGIN"]
    return trusted


def mail(server: ScriptedSmtp, trusted: Path | None, **more: object) -> Mail:
    context = ssl.create_default_context(cafile=None if trusted is None else str(trusted))
    return Mail(server.address, sender=SENDER, timeout_s=2, context=context, **more)  # type: ignore[arg-type]


def test_required_encryption_that_is_not_offered_sends_nothing(server: ScriptedSmtp) -> None:
    with pytest.raises(SendFailed) as failed:
        mail(server, None, tls="required").send(message())
    assert failed.value.code == "smtp-tls-not-offered"
    assert not any(command.startswith("mail") for command in server.commands)


def test_a_mail_is_encrypted_and_signed_in_for(server: ScriptedSmtp, trusted: Path) -> None:
    mail(server, trusted, tls="required", sign_in=SIGN_IN).send(message())
    assert server.encrypted == [True]
    words = [command.partition(" ")[0].upper() for command in server.commands]
    assert words.index("STARTTLS") < words.index("AUTH") < words.index("MAIL")


def test_encryption_from_the_first_byte(server: ScriptedSmtp, trusted: Path) -> None:
    server.implicit = True
    mail(server, trusted, tls="implicit", sign_in=SIGN_IN).send(message())
    assert server.encrypted == [True]
    assert not any(command.upper() == "STARTTLS" for command in server.commands)


@pytest.mark.parametrize("tls", ["offered", "required", "implicit"])
def test_a_certificate_that_is_not_trusted_is_told_nothing(
    tls: str, server: ScriptedSmtp, trusted: Path
) -> None:
    assert trusted.exists()
    server.implicit = tls == "implicit"
    with pytest.raises(SendFailed) as failed:
        mail(server, None, tls=tls, sign_in=SIGN_IN).send(message())
    assert (failed.value.code, failed.value.fault) == ("smtp-tls", "relay")
    assert not any(command.upper().startswith(("AUTH", "MAIL")) for command in server.commands)


def test_a_password_is_never_sent_in_the_clear(server: ScriptedSmtp) -> None:
    server.offers = ["AUTH PLAIN LOGIN"]
    with pytest.raises(SendFailed) as failed:
        mail(server, None, tls="offered", sign_in=SIGN_IN).send(message())
    assert failed.value.code == "smtp-password-in-the-clear"
    assert not any(command.upper().startswith("AUTH") for command in server.commands)


@pytest.mark.parametrize(
    ("offers", "reply", "code"),
    [
        (["AUTH PLAIN"], "535 5.7.8 wrong", "smtp-535-5.7.8-auth"),
        (["AUTH PLAIN"], "454 4.7.0 later", "smtp-454-4.7.0-auth"),
        (["AUTH PLAIN"], DROP, "smtp-lost-auth"),
        ([], "", "smtp-auth-not-offered"),
        (["AUTH GSSAPI"], "", "smtp-auth-not-offered"),
    ],
)
def test_a_sign_in_that_fails_is_the_relays_fault(
    offers: list[str], reply: str, code: str, server: ScriptedSmtp, trusted: Path
) -> None:
    server.offers, server.script = offers, {"AUTH": reply}
    with pytest.raises(SendFailed) as failed:
        mail(server, trusted, tls="required", sign_in=SIGN_IN).send(message())
    assert (failed.value.code, failed.value.permanent) == (code, False)
    assert failed.value.fault == "relay"


def test_starttls_that_is_offered_and_refused_sends_nothing_in_the_clear(
    server: ScriptedSmtp, trusted: Path
) -> None:
    server.script = {"STARTTLS": "454 4.7.0 not now"}
    with pytest.raises(SendFailed) as failed:
        mail(server, trusted).send(message())
    assert failed.value.code == "smtp-454-4.7.0-starttls"
    assert server.taken == []


# ---- settings


def settings(folder: Path, **more: str) -> Settings:
    given = {f"CASELEDGER_{name.upper()}": value for name, value in more.items()}
    return Settings.from_env({"CASELEDGER_SECRETS_DIR": str(folder), **given})


def test_the_settings_make_a_mail_that_signs_in_and_trusts_the_file(
    server: ScriptedSmtp, trusted: Path, tmp_path: Path
) -> None:
    (tmp_path / "smtp.password").write_text("made-up-password\n")
    given = {"smtp": server.address, "smtp_tls": "required", "smtp_user": "office"}
    made = provider(settings(tmp_path, smtp_ca=str(trusted), **given))
    assert made is not None
    made.send(message())
    assert server.encrypted == [True]
    assert "made-up-password" not in repr(made.__dict__)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"smtp_tls": "sometimes"}, "CASELEDGER_SMTP_TLS is 'sometimes'"),
        ({"smtp_user": "office"}, "never sent in the clear"),
        ({"smtp_user": "office", "smtp_tls": "required"}, "smtp.password is missing"),
        ({"smtp_user": "科室", "smtp_tls": "required"}, "must be ASCII"),
        ({"smtp_ca": "/nowhere/ca.pem"}, "CASELEDGER_SMTP_CA"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(
    given: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        provider(settings(tmp_path, **given))


@pytest.mark.parametrize("content", [b"", b"\n", "密码\n".encode(), b"a\tb\n"])
def test_a_password_that_cannot_be_sent_is_refused_without_being_shown(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "smtp.password").write_bytes(content)
    with pytest.raises(SettingsError, match="one line of ASCII") as refused:
        provider(settings(tmp_path, smtp_user="office", smtp_tls="implicit"))
    assert "密" not in repr(refused.value.__context__)
