"""What was given up is listed, sent again by a command, and a channel in trouble says so."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.session import Session
from services.notify.channels.health import TROUBLE_AFTER, ChannelHealth
from services.notify.channels.message import SendFailed
from services.notify.decisions import NoticeFilter, Tries
from services.notify.resending import given_up_rows, resend
from services.notify.telling import notices_of
from shared.case import owed_notices
from shared.config import Databases
from shared.eventlog import Actor
from tests.integration.notify.test_notices_sending import Fake, events, fire_what_is_owed
from tests.support.casework_world import APPLICANT
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
OPERATOR = Actor(kind="operator", ref="console:somebody", reason="notices resend")
AWAY = SendFailed("smtp-away")


def world(databases: Databases, home: Path, phone: Fake, *, most: int = 1) -> Path4:
    return Path4(databases, home, providers={"phone": phone}, tries=Tries(most=most))


def ask(path: Path4, case: str) -> list[str]:
    log, now = path.world.log("notify"), datetime.now(UTC)
    owed, findings = resend(log, [f"notice/{case}"], NoticeFilter(), actor=OPERATOR, now=now)
    assert findings == []
    return owed


def test_what_was_given_up_is_listed_with_its_code_and_without_a_person(
    databases: Databases, tmp_path: Path
) -> None:
    path = world(databases, tmp_path, Fake([AWAY]))
    case = path.submitted()
    rows, findings = given_up_rows(path.world.log("notify"), [f"notice/{case}"], NoticeFilter())
    assert findings == []
    (row,) = rows
    assert (row["case"], row["channel"], row["code"]) == (case, "phone", "tries:smtp-away")
    assert APPLICANT["phone"] not in str(rows)


def test_it_is_sent_again_with_the_same_id_and_who_asked_is_recorded(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([AWAY])
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    assert phone.taken == []
    (notice,) = ask(path, case)
    path.settle()
    assert events(path, case) == ["Queued", "Abandoned", "Requeued", "Sent"]
    (taken,) = phone.taken
    loaded = path.world.log("notify").load(f"notice/{case}")
    (commit,) = [c for c in loaded if c.events[0].type == "notify.NotificationRequeued"]
    assert commit.body.actor.ref == "console:somebody"
    assert taken.to == APPLICANT["phone"]
    assert notice.endswith("/phone")
    assert ask(path, case) == []  # asked for twice, owed once
    path.settle()
    assert len(phone.taken) == 1


def test_the_first_attempt_of_before_is_not_made_again_by_an_event_that_comes_twice(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([AWAY])
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    ask(path, case)
    path.delivered.clear()
    path.settle()  # every event comes again, the old ones first
    assert len(phone.taken) == 1
    assert events(path, case)[-1] == "Sent"


def test_a_worker_that_never_hears_of_it_is_made_good_by_the_timer(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([AWAY])
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    ask(path, case)
    assert owed_notices(notices_of(path.world.log("notify").load(f"notice/{case}")))
    fire_what_is_owed(path, case)
    assert len(phone.taken) == 1


def test_the_command_line_finds_the_streams_and_says_what_it_did(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Fake([AWAY, AWAY])
    path = world(databases, tmp_path, phone)
    first, second = path.submitted(), path.submitted()
    session = Session(path.world.settings, path.world.secrets, databases)
    monkeypatch.setattr("deploy.cli.session.opened", lambda: nullcontext(session))

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        ran = CliRunner().invoke(app, ["notices", *words, "--json"])
        return ran.exit_code, json.loads(ran.stdout)

    code, found = run("list", "--code", "smtp-away")
    assert (code, {row["case"] for row in found["given_up"]}) == (0, {first, second})
    assert run("list", "--since", "2099-01-01T00:00Z")[1]["given_up"] == []
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    one = found["given_up"][0]["notice"]
    code, done = run("resend", one)
    assert (code, done["resent"], done["by"][:8]) == (0, [one], "console:")
    assert run("resend", one)[0] == 1  # it is owed by now
    code, done = run("resend", "--since", since)
    assert (code, len(done["resent"])) == (0, 1)
    path.settle()
    assert len(phone.taken) == 2
    assert run("resend", "--all")[1]["resent"] == []


def test_the_applicants_own_list_says_why(databases: Databases, tmp_path: Path) -> None:
    path = world(databases, tmp_path, Fake([SendFailed("recipient-refused", permanent=True)]))
    case = path.submitted()
    messages = path.client("notify").get(f"/v1/notices/{case}").json["messages"]
    codes = {m["channel"]: (m["status"], m["code"]) for m in messages}
    assert codes["phone"] == ("abandoned", "recipient-refused")
    assert codes["email"][1] is None


# ---- the channel


def gauges(registry: CollectorRegistry) -> tuple[float | None, float | None]:
    labels = {"channel": "phone"}
    return (
        registry.get_sample_value("caseledger_channel_failures_in_a_row", labels),
        registry.get_sample_value("caseledger_channel_in_trouble", labels),
    )


def test_twenty_failures_of_the_relay_are_trouble_and_one_success_heals_it(
    databases: Databases, tmp_path: Path
) -> None:
    registry = CollectorRegistry()
    phone = Fake([AWAY] * TROUBLE_AFTER)
    path = world(databases, tmp_path, phone, most=TROUBLE_AFTER * 2)
    health = ChannelHealth(databases.work, registry=registry)
    path.sender._health = health
    assert gauges(registry) == (0, 0)
    case = path.submitted()
    for _ in range(TROUBLE_AFTER - 2):
        fire_what_is_owed(path, case)
    assert gauges(registry) == (TROUBLE_AFTER - 1, 0)
    assert health.problems() == []
    fire_what_is_owed(path, case)
    assert gauges(registry) == (TROUBLE_AFTER, 1)
    (sentence,) = health.problems()
    assert "phone" in sentence
    assert "smtp-away" in sentence
    again = ChannelHealth(databases.work, registry=CollectorRegistry())
    assert again.problems() == [sentence]  # another process, or the same one after a restart
    fire_what_is_owed(path, case)
    assert len(phone.taken) == 1
    assert gauges(registry) == (0, 0)
    assert health.problems() == []


def test_recipients_who_do_not_exist_are_no_trouble_of_the_channel(databases: Databases) -> None:
    health = ChannelHealth(databases.work, registry=CollectorRegistry())
    now = datetime.now(UTC)
    for _ in range(TROUBLE_AFTER * 2):
        health.failed("email", "recipient-refused", "recipient", now)
        health.failed("email", "no-destination", None, now)
    assert health.failing() == []


def test_a_relays_failures_are_counted_in_a_row_whatever_recipients_do_between(
    databases: Databases,
) -> None:
    health = ChannelHealth(databases.work, registry=CollectorRegistry())
    now = datetime.now(UTC)
    for n in range(TROUBLE_AFTER):
        health.failed("email", "smtp-554-greeting", "relay", now + timedelta(minutes=n))
        health.failed("email", "recipient-refused", "recipient", now)
    (failing,) = health.failing()
    assert (failing.failures, failing.in_trouble) == (TROUBLE_AFTER, True)
