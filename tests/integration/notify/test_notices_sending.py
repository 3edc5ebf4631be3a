"""Messages over a real log and vault: at least once, never zero, and the same id on a repeat."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notify.channels.message import Message, SendFailed
from services.notify.decisions import Tries
from services.notify.telling import notices_of
from shared.case import owed_notices
from shared.config import Databases
from shared.messaging import ServerAway
from shared.vault import Erased, VaultUnavailable
from tests.support.casework_world import APPLICANT
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
LATER = timedelta(days=2)


class Fake:
    """A provider that fails as often as it is told, and keeps what it took."""

    name = "fake"

    def __init__(self, failures: Sequence[SendFailed] = ()) -> None:
        self.failures = list(failures)
        self.taken: list[Message] = []

    def send(self, message: Message) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)
        return message.id


def world(databases: Databases, home: Path, phone: Fake) -> Path4:
    return Path4(databases, home, providers={"phone": phone}, tries=Tries(most=3))


def events(path: Path4, case: str) -> list[str]:
    """What is recorded of the text messages, in order."""
    loaded = path.world.log("notify").load(f"notice/{case}")
    return [
        e.type.removeprefix("notify.Notification")
        for e in loaded.events
        if e.data["notice"].endswith("/phone")
    ]


def fire_what_is_owed(path: Path4, case: str) -> int:
    """Every timer of the case's messages fires, as if its time had come."""
    stream = f"notice/{case}"
    owed = owed_notices(notices_of(path.world.log("notify").load(stream)))
    for step in owed:
        path.sender.fire(stream, step.step, step.version, datetime.now(UTC) + LATER)
    return len(owed)


def test_a_provider_that_fails_is_tried_again_by_timer_with_the_same_id(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([SendFailed("provider-away"), SendFailed("provider-away")])
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    assert events(path, case) == ["Queued", "Failed"]
    fire_what_is_owed(path, case)
    fire_what_is_owed(path, case)
    assert events(path, case) == ["Queued", "Failed", "Failed", "Sent"]
    assert [m.to for m in phone.taken] == [APPLICANT["phone"]]
    assert fire_what_is_owed(path, case) == 0


def test_a_message_that_cannot_be_sent_is_abandoned_and_recorded(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([SendFailed("provider-away")] * 9)
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    fire_what_is_owed(path, case)
    fire_what_is_owed(path, case)
    assert events(path, case) == ["Queued", "Failed", "Failed", "Abandoned"]
    assert fire_what_is_owed(path, case) == 0


def test_a_channel_that_is_not_configured_yet_is_tried_again(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([])
    path = world(databases, tmp_path, phone)
    del path.providers["phone"]  # the sender looks into this very table
    case = path.submitted()
    assert events(path, case) == ["Queued", "Failed"]
    path.providers["phone"] = phone
    fire_what_is_owed(path, case)
    assert events(path, case) == ["Queued", "Failed", "Sent"]


def test_a_number_that_the_provider_refuses_for_good_is_not_tried_again(
    databases: Databases, tmp_path: Path
) -> None:
    path = world(databases, tmp_path, Fake([SendFailed("no-such-number", permanent=True)]))
    case = path.submitted()
    assert events(path, case) == ["Queued", "Abandoned"]


def test_a_crash_between_sending_and_recording_sends_again_with_the_same_id(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Fake()
    path = Path4(databases, tmp_path, providers={"phone": phone, "email": phone})
    execute = path.sender._events.execute

    def dies(*_args: object) -> object:
        raise SystemExit(137)

    with monkeypatch.context() as patched:
        patched.setattr(
            path.sender._events,
            "execute",
            lambda stream, command, decide: (
                dies() if "send-notice" in command.command_id else execute(stream, command, decide)
            ),
        )
        with pytest.raises(SystemExit):
            path.submitted()
    path.delivered.clear()
    path.settle()  # the event comes again
    ids = [m.id for m in phone.taken]
    assert (len(ids), len(set(ids))) == (3, 2)  # both messages, the first of them twice
    (stream,) = [
        d["stream"]
        for d in databases.log["commits"].find({"first_version": 1})
        if d["stream"].startswith("notice/")
    ]
    assert events(path, stream.removeprefix("notice/")) == ["Queued", "Sent"]


def test_a_worker_that_never_got_the_event_is_made_good_by_the_timer(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake()
    path = world(databases, tmp_path, phone)
    send = path.services["notify"].pop("notify.NotificationQueued")
    case = path.submitted()
    assert events(path, case) == ["Queued"]
    fire_what_is_owed(path, case)
    path.services["notify"]["notify.NotificationQueued"] = send
    path.delivered.clear()
    path.settle()
    assert events(path, case) == ["Queued", "Sent"]
    assert len(phone.taken) == 1


def test_each_reading_of_the_contact_is_recorded_before_it_is_used(
    databases: Databases, tmp_path: Path
) -> None:
    path = world(databases, tmp_path, Fake())
    case = path.submitted()
    rows = list(databases.log["access"].find())
    places = {row["place"]: row["why"] for row in rows}
    assert places == {
        f"case/{case}/1/phone": "notice submitted",
        f"case/{case}/1/email": "notice submitted",
    }
    assert {row["reader"] for row in rows} == {"notify"}


def test_a_message_goes_to_the_contact_of_now_not_of_then(
    databases: Databases, tmp_path: Path
) -> None:
    phone = Fake([SendFailed("provider-away")])
    path = world(databases, tmp_path, phone)
    case = path.submitted()
    changed = path.client("intake").post(f"/v1/cases/{case}/contact", {"phone": "13911112222"})
    assert changed.status_code == 200, changed.json
    fire_what_is_owed(path, case)
    assert [m.to for m in phone.taken] == ["13911112222"]


def test_what_was_told_is_shown_in_words_without_a_destination(
    databases: Databases, tmp_path: Path
) -> None:
    path = world(databases, tmp_path, Fake())
    case = path.submitted()
    answer = path.client("notify").get(f"/v1/notices/{case}")
    messages = answer.json["messages"]
    assert {m["channel"] for m in messages} == {"email", "phone"}
    assert all("40.00" in m["zh"] for m in messages)
    assert APPLICANT["phone"] not in answer.text
    line = json.loads(path.sms.read_text("utf-8").splitlines()[0])
    assert line["text"] == messages[0]["zh"]
    assert path.client("notify").get(f"/v1/notices/{case}", user="neighbour").status_code == 404


def test_a_person_whose_data_were_erased_is_written_to_no_more(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Fake()
    path = world(databases, tmp_path, phone)

    def erased(*_args: object, **_more: object) -> str:
        raise Erased("the key was destroyed")

    monkeypatch.setattr(path.world.opened.vault, "reveal", erased)
    case = path.submitted()
    assert events(path, case) == ["Queued", "Abandoned"]
    assert phone.taken == []


def test_while_the_vault_is_away_nothing_is_recorded_and_the_event_comes_again(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world(databases, tmp_path, Fake())

    def away(*_args: object, **_more: object) -> str:
        raise VaultUnavailable("the vault cannot be reached")

    with monkeypatch.context() as patched:
        patched.setattr(path.world.opened.vault, "reveal", away)
        with pytest.raises(ServerAway):
            path.submitted()
    path.delivered.clear()
    path.settle()
    texts = path.providers["phone"]
    assert isinstance(texts, Fake)
    assert len(texts.taken) == 1
