"""A case stamped after a template is a genuine one: its own ids and keys, chains and macs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from bench.load.stamping import Stamp, Stamped
from bench.load.template import CASE, SUBJECT, Pattern, Template
from shared.config import Secrets, Settings, create_missing
from shared.eventlog import Keyring, Sealed
from shared.eventlog.building import lane_of, sealed_value
from shared.eventlog.stored import document_of, open_stored
from shared.vault import Vault
from shared.vault.keys import decrypt, encrypt
from shared.vault.vault import place_of

AT = datetime(2026, 11, 20, 1, 2, 3, 456789, UTC)
ACTOR = {"kind": "system", "ref": "intake", "portal": None, "on_behalf_of": None}
KEY = b"k" * 32


class OneKey:
    """A vault whose every key is the same."""

    keys = SimpleNamespace(get=lambda _: KEY)

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        place = place_of(stream, version, field, value.key_ref)
        return encrypt(KEY, value.plaintext.encode(), place)


def pattern(writer: str, stream: str, *events: tuple[str, dict[str, Any]], **more: Any) -> Pattern:
    text = {
        "stream": stream,
        "command_id": more.get("command_id", "http:@request-0-64@"),
        "actor": ACTOR | {"assurance": None, "reason": None},
        "causation": None,
        "correlation": "@request-1-36@",
        "request_mac": None,
        "authority": "public-security",
        "events": [{"type": name, "schema": 1, "data": data} for name, data in events],
    }
    return Pattern(writer, orjson.dumps(text).decode(), AT, more.get("sealed", {}))


TEMPLATE = Template(
    patterns=(
        pattern(
            "intake",
            f"case/{CASE}",
            ("intake.CaseSubmitted", {"subject": SUBJECT}),
            sealed={(0, "name"): (f"subject/{SUBJECT}", "演示·样例")},
        ),
        pattern(
            "issuance",
            "document/@document@",
            ("issuance.DocumentNumbered", {"case": CASE, "scheme": "identity-card", "number": 1}),
            command_id=f"reaction:number-document:case/{CASE}/8",
        ),
        pattern(
            "notify",
            f"notice/{CASE}",
            ("notify.NotificationSent", {"notice": f"case/{CASE}/1/email", "reference": "old"}),
            command_id=f"reaction:send-notice:notice/{CASE}/1",
        ),
        pattern(
            "intake",
            f"case/{CASE}",
            ("intake.PaymentRecorded", {"transaction": "@transaction@"}),
            command_id="gateway:payment:@transaction@",
        ),
    ),
    timers=(f'{{"_id":"review|case/{CASE}|x","stream":"case/{CASE}","lane":-1,"version":4}}',),
    timer_times=({"due_at": AT, "next_at": AT},),
    access=((f"case/{CASE}/1/email", {"place": "old", "why": "notice"}),),
    requests=("@request-0-64@", "@request-1-36@"),
    scheme="identity-card",
    content=b"a picture",
    media_type="image/png",
)


@pytest.fixture
def stamp(tmp_path: Path) -> Stamp:
    create_missing(tmp_path)
    return Stamp(Settings(), Secrets.load(tmp_path), cast("Vault", OneKey()))


def stamped(stamp: Stamp, name: str, number: int = 7) -> Stamped:
    return stamp.case(TEMPLATE, replace(stamp.person(name, 0), number=number))


def test_each_commit_is_of_its_writer_and_follows_the_one_before(stamp: Stamp) -> None:
    commits = stamped(stamp, "p-1").commits
    keys = Keyring(stamp.secrets.writers)
    assert [open_stored(document_of(commit), keys).why for commit in commits] == [""] * 4
    first, last = commits[0], commits[3]
    assert last.body.prev_hash == first.hash.hex()
    assert (last.body.first_version, last.stream) == (2, first.stream)
    assert {c.body.lane for c in commits if c.stream == first.stream} == {lane_of(first.stream, 4)}


def test_what_is_a_persons_own_is_sealed_and_named_anew(stamp: Stamp) -> None:
    one, other = stamped(stamp, "p-1"), stamped(stamp, "p-2", number=8)
    assert not {c.stream for c in one.commits} & {c.stream for c in other.commits}
    assert not any(b"@" in c.body_bytes.replace(b"@caseledger", b"") for c in one.commits)
    assert one.commits[1].events[0].data["number"] == 7
    assert one.number is not None
    assert one.number["_id"] == "identity-card/7"
    assert one.commits[2].events[0].data["reference"].endswith("@caseledger.local")
    found = sealed_value(one.commits[0], 1, "name")
    assert found is not None
    key_ref, ciphertext = found
    assert key_ref == f"subject/{one.subject['ref']}"
    place = place_of(one.commits[0].stream, 1, "name", key_ref)
    assert decrypt(KEY, ciphertext, place).decode() == "演示·样例"


def test_timers_and_readings_are_those_of_the_new_case(stamp: Stamp) -> None:
    one = stamped(stamp, "p-1")
    stream = one.commits[0].stream
    (timer,) = one.timers
    assert timer["_id"] == f"review|{stream}|x"
    assert (timer["lane"], timer["due_at"]) == (lane_of(stream, 4), AT)
    assert one.access == [{"place": f"{stream}/1/email", "why": "notice"}]
