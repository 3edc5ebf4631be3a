"""The relay of mail refuses us, says goodbye oddly, or does not know a recipient."""

import json
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest

from deploy.demo import people
from deploy.embedded import launch
from services.notify.channels.health import TROUBLE_AFTER
from tests.faults.drive import Caller, caller
from tests.faults.stack import Stack, stack
from tests.support.smtp_scripted import ScriptedSmtp
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.rust_mongo,
    pytest.mark.real_kafka,
    pytest.mark.stack,
    pytest.mark.timeout(900),
]
PATIENCE_S = 240.0  # a first failure is tried again after 30 s


@pytest.fixture(scope="module")
def relay() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp().serving() as one:
        yield one


@pytest.fixture(scope="module")
def system(relay: ScriptedSmtp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("mail"), FAULTS_SMTP=relay.address) as one:
        yield one


@pytest.fixture
def portal(system: Stack) -> Iterator[Caller]:
    one = caller(system)
    yield one
    one.http.close()


def applied(portal: Caller, blob: str) -> str:
    """A case whose applicant gave an address of mail alone."""
    body = portal.application(blob)
    person = {name: value for name, value in people.APPLICANT.items() if name != "phone"}
    return portal.apply(body | {"applicant": person})


def notices(portal: Caller, case: str) -> list[dict[str, Any]]:
    url = f"{portal.services['notify']}/v1/notices/{case}"
    answer = portal.http.get(url, headers={"Authorization": portal.tokens["applicant"]})
    found: list[dict[str, Any]] = answer.json()["messages"] if answer.is_success else []
    return found


def all_are(portal: Caller, cases: list[str], status: str, code: str | None) -> bool:
    told = [one for case in cases for one in notices(portal, case) or [{"status": "", "code": ""}]]
    return all((one["status"], one["code"]) == (status, code) for one in told)


def ids(relay: ScriptedSmtp) -> list[str]:
    return [str(message_from_bytes(mail)["Message-ID"]) for mail in relay.taken]


def commanded(system: Stack, *words: str) -> dict[str, Any]:
    ran = subprocess.run(
        (sys.executable, "-m", "deploy.cli", *words, "--json"),
        env=system.environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_row_60_the_relay_refuses_us_and_is_well_again(
    system: Stack, relay: ScriptedSmtp, portal: Caller
) -> None:
    """Not one notice is lost, each goes out once, and the channel says that it is in trouble."""
    relay.script = {"MAIL": "530 5.7.0 Authentication required"}
    blob = portal.upload()
    cases = [applied(portal, blob) for _ in range(TROUBLE_AFTER)]
    code = "smtp-530-5.7.0-mail"
    eventually(lambda: all_are(portal, cases, "failed", code), PATIENCE_S, poll_s=1.0)
    eventually(lambda: launch.status(system.home)["problems"], PATIENCE_S, poll_s=1.0)
    assert launch.status(system.home)["ready"]
    relay.script = {}
    eventually(lambda: all_are(portal, cases, "sent", None), PATIENCE_S, poll_s=1.0)
    system.wait_still()
    assert launch.status(system.home)["problems"] == []
    told = sum(len(notices(portal, case)) for case in cases)
    assert len(ids(relay)) == len(set(ids(relay))) == told
    relay.taken.clear()


@pytest.mark.parametrize("goodbye", ["421 4.4.2 closing", "500 5.5.2 what"])
def test_row_61_the_relay_takes_a_mail_and_says_goodbye_oddly(
    goodbye: str, system: Stack, relay: ScriptedSmtp, portal: Caller
) -> None:
    """What was taken is sent, at the first attempt and once."""
    relay.script = {"QUIT": goodbye}
    case = applied(portal, portal.upload())
    eventually(lambda: notices(portal, case), PATIENCE_S)
    system.wait_still()  # each message has had its attempt
    eventually(lambda: all_are(portal, [case], "sent", None), PATIENCE_S)
    assert {one["attempts"] for one in notices(portal, case)} == {1}
    assert len(relay.taken) == len(notices(portal, case))
    relay.taken.clear()


def test_row_62_what_was_given_up_is_sent_again_by_who_asks(
    system: Stack, relay: ScriptedSmtp, portal: Caller
) -> None:
    """A recipient who does not exist is given up at once; the command brings the notice back."""
    relay.script = {"RCPT": "550 5.1.1 no such user"}
    case = applied(portal, portal.upload())
    eventually(lambda: notices(portal, case), PATIENCE_S)
    system.wait_still()  # each message has had its attempt
    code = "recipient-refused"
    eventually(lambda: all_are(portal, [case], "abandoned", code), PATIENCE_S)
    assert launch.status(system.home)["problems"] == []
    relay.script = {}
    rows = commanded(system, "notices", "list", "--code", code)["given_up"]
    assert {row["case"] for row in rows} == {case}
    asked = commanded(system, "notices", "resend", rows[0]["notice"])
    assert asked["resent"] == [rows[0]["notice"]]
    rest = commanded(system, "notices", "resend", "--all")
    assert len(rest["resent"]) == len(rows) - 1
    eventually(lambda: all_are(portal, [case], "sent", None), PATIENCE_S)
    assert len(ids(relay)) == len(set(ids(relay))) == len(rows)
    shown = commanded(system, "case", "replay", case)["events"]
    asking = [one["actor"] for one in shown if one["type"] == "notify.NotificationRequeued"]
    assert len(asking) == len(rows)
    assert all(actor == {"kind": "operator", "ref": asked["by"]} for actor in asking)
    system.check()
