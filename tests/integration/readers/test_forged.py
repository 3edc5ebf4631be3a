"""A forged commit changes no answer: each reader says what it said before, or refuses.

A whole case was carried to its end by the services themselves. Then somebody who may insert into
the log, and has no writer's key, inserts one commit; every reader is asked before and after.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.cli.app import app
from deploy.cli.records.cases import replayed, shown
from services.notify.decisions import NoticeFilter
from services.notify.resending import given_up_rows
from shared.audit import SigningKey, verify_log
from shared.casework.worker import OWING
from shared.eventlog import (
    Actor,
    Command,
    Draft,
    Keyring,
    Writer,
    document_of,
    open_door,
    open_store,
)
from shared.eventlog.building import build
from shared.eventlog.errors import NotBelieved
from shared.messaging.timers.feeding import OwedRows, TimerFeeder
from shared.messaging.worker.redrive import LogHistory
from shared.projection.comparing import compare
from shared.relay.assign.assign import Assigner
from shared.relay.process.reconcile import reconcile
from shared.security.permissions import TABLE
from tests.support.casework_world import APPLICANT
from tests.support.closed_case import Closed
from tests.support.keys import OldWriter, private
from tests.support.path_world import LANES

pytestmark = pytest.mark.mongo
Document = dict[str, Any]
REFUSED = "refused"


# ---- the readers


def loaded(at: Closed, name: str) -> object:
    return at.path.world.log("issuance").load(at.streams[name]).commits


def asked(service: str, path: str, user: str) -> Callable[[Closed], object]:
    def read(at: Closed) -> object:
        place = path.format(case=at.case, document=at.document)
        client = at.path.client(service)
        return told(client.get(place, user=user))

    return read


def told(answer: Any) -> object:
    """Status and body; a problem's without the id of the request, which is another each time."""
    if answer.status_code == 500:
        return REFUSED
    if answer.status_code >= 400:
        return answer.status_code, {**answer.json, "correlation_id": ""}
    return answer.status_code, answer.data


def public(at: Closed, document: str) -> object:
    client = at.path.app("issuance").test_client()
    answer = client.get(f"/v1/documents/{document}/verification")
    return answer.status_code, answer.data


def checked(at: Closed, code: str) -> object:
    answer = at.path.app("issuance").test_client().get(f"/v1/verification/{code}")
    return told(answer)


def by_number(at: Closed) -> object:
    """Asked without a sign-in, by the number and the end of the applicant's document."""
    client = at.path.client("intake")
    number = client.get(f"/v1/cases/{at.case}", user="applicant").json.get("number")
    if number is None:
        return REFUSED
    body = {"number": number, "identity_end": APPLICANT["id_number"][-4:]}
    return told(at.path.app("intake").test_client().post("/v1/cases/standing", json=body))


def given(at: Closed, paper: str) -> object:
    return told(at.path.client("issuance").get(f"/v1/papers/{paper}", user="applicant"))


def repeated(at: Closed) -> object:
    """A command whose repeat is looked up in the stream."""
    log, stream = at.path.world.log("review"), at.streams["case"]
    known = log.load(stream, upto_version=1).commits[0].body
    command = Command(
        command_id=known.command_id,
        actor=known.actor,
        now=datetime.now(UTC),
        request_mac=known.request_mac,
    )
    outcome = log.execute(stream, command, lambda _loaded: [])
    return outcome.version, outcome.replayed


def redriven(at: Closed) -> object:
    world = at.path.world
    store = open_store(world.settings, world.secrets, world.databases)
    history = LogHistory(store.stream, at.path.ledger)
    lane = at.path.world.log("review").load(at.streams["case"]).commits[0].body.lane
    return [r.event_id for r in history.events(at.streams["case"], lane=lane, first=1)]


def timers_fed(at: Closed) -> object:
    work = at.path.world.databases.work
    feeder = TimerFeeder(OwedRows(work), load=at.path.world.log("issuance").load, owing=OWING)
    feeder.feed(
        [r for r in _all_records(at) if r.stream in (at.streams["case"], at.streams["document"])]
    )
    return sorted(str(row["_id"]) for row in work["timers"].find({"stream": at.streams["case"]}))


def _all_records(at: Closed) -> list[Any]:
    from shared.messaging.consumer.received import decode  # noqa: PLC0415 - for this alone

    ledger = at.path.ledger
    return [
        decode(r.value, lane=lane, position=r.position, index=r.index, count=r.count)
        for lane in range(LANES)
        for r in ledger.records(lane, 0, 1000)
    ]


def erasing(at: Closed) -> object:
    return at.path.world.opened.erasures.step(at.subject)


def compared(at: Closed) -> object:
    """The command's answer; a stream that is refused is a finding of it."""
    found = compare(at.path.parts()).as_dict()
    return REFUSED if "refused" in {one["finding"] for one in found["findings"]} else found


def replay(at: Closed) -> object:
    """The command's answer; a stream that is refused is a finding of it."""
    found = replayed(at.session, at.case)
    return found if found["ok"] else REFUSED


def words(at: Closed) -> object:
    from services.notify.telling import Telling, notices_of  # noqa: PLC0415 - for this alone

    log = at.path.world.log("notify")
    state = notices_of(log.load(at.streams["notice"]))
    telling = Telling(log, at.path.world.rules)
    return [telling.words(one.queued.about) for one in state.notices.values()]


def readings(at: Closed) -> object:
    """Who read the case, times apart: each asking adds a row."""
    answer = at.path.client("intake").get(f"/v1/cases/{at.case}/readings", user="applicant")
    if answer.status_code == 500:
        return REFUSED
    rows = [{name: one[name] for name in one if name != "at"} for one in answer.json["readings"]]
    return answer.status_code, sorted({json.dumps(row, sort_keys=True) for row in rows})


def material(at: Closed) -> object:
    first = at.path.world.databases.log["commits"].find_one(
        {"stream": at.streams["case"], "first_version": 1}
    )
    assert first is not None
    blob = json.loads(first["body"])["events"][0]["data"]["materials"][0]["blob"]
    place = f"/v1/cases/{at.case}/materials/{blob}"
    return told(at.path.client("intake").get(place, user="applicant"))


def counted(at: Closed) -> object:
    """The statistics of the work lists, without the time at which they were asked for."""
    answer = at.path.client("notify").get("/v1/worklists/statistics", user="officer")
    if answer.status_code == 500:
        return REFUSED
    return answer.status_code, {name: one for name, one in answer.json.items() if name != "at"}


def given_up(at: Closed) -> object:
    """What `notices list` says; a stream that is refused is a finding of it."""
    rows, findings = given_up_rows(
        at.path.world.log("notify"), [at.streams["notice"]], NoticeFilter()
    )
    return REFUSED if findings else rows


READERS: dict[str, Callable[[Closed], object]] = {
    **{
        f"load {name}": (lambda at, name=name: loaded(at, name))
        for name in ("case", "document", "notice", "subject", "new document")
    },
    "a repeated command": repeated,
    "GET /v1/cases/<case>": asked("intake", "/v1/cases/{case}", "applicant"),
    "GET /v1/cases/<case>/application": asked(
        "intake", "/v1/cases/{case}/application", "applicant"
    ),
    "GET /v1/cases/<case>/materials/<blob>": material,
    "GET /v1/cases/<case>/pictures/<blob>": asked(
        "intake", "/v1/cases/{case}/pictures/none", "officer"
    ),
    "POST /v1/cases/standing": by_number,
    "GET /v1/cases/<case>/receipt": asked("intake", "/v1/cases/{case}/receipt", "applicant"),
    "GET /v1/payments/unplaced": asked("intake", "/v1/payments/unplaced", "operator"),
    "GET /v1/reviews/<case>/application": asked(
        "review", "/v1/reviews/{case}/application?reason=complaint", "officer"
    ),
    "GET /v1/issuance/<case>/application": asked(
        "issuance", "/v1/issuance/{case}/application", "producer"
    ),
    "GET /v1/worklists": asked("notify", "/v1/worklists", "officer"),
    "GET /v1/worklists/statistics": counted,
    "notices list": given_up,
    "GET /v1/reviews/<case>": asked("review", "/v1/reviews/{case}", "officer"),
    "GET /v1/reviews/<case>/draft": asked("review", "/v1/reviews/{case}/draft", "officer"),
    "GET /v1/issuance/<case>": asked("issuance", "/v1/issuance/{case}", "producer"),
    "GET /v1/progress/<case>": asked("notify", "/v1/progress/{case}", "applicant"),
    "GET /v1/notices/<case>": asked("notify", "/v1/notices/{case}", "applicant"),
    "GET /v1/progress": asked("notify", "/v1/progress", "applicant"),
    "GET /v1/lanes": asked("notify", "/v1/lanes", "service"),
    "GET /v1/documents/<document>/verification": lambda at: public(at, at.document),
    "the verification of a document that nobody issued": lambda at: public(at, "f" * 32),
    "GET /v1/issuance/<case>/papers": asked("issuance", "/v1/issuance/{case}/papers", "applicant"),
    "GET /v1/issuance/<case>/voucher": asked(
        "issuance", "/v1/issuance/{case}/voucher", "applicant"
    ),
    "GET /v1/papers/<paper>": lambda at: given(at, at.paper),
    "GET /v1/verification/<code>": lambda at: checked(at, at.paper),
    "the words of notices": words,
    "timers": timers_fed,
    "redrive": redriven,
    "projection compare": compared,
    "case show": lambda at: shown(at.session, at.case),
    "case replay": replay,
    "erasure": erasing,
    **{
        f"GET /v1/lanes/{lane}/records": asked("notify", f"/v1/lanes/{lane}/records", "service")
        for lane in range(LANES)
    },
    "GET /v1/cases/<case>/readings": readings,  # the last: it tells of the readings before it
}
# These count what the ledger has, or what was projected from it: a forged commit is not there.
UNMOVED = {
    "GET /v1/documents/<document>/verification",
    "GET /v1/verification/<code>",
    "the verification of a document that nobody issued",
    "GET /v1/progress/<case>",
    "GET /v1/progress",
    "GET /v1/worklists",
    "GET /v1/worklists/statistics",
    "GET /v1/payments/unplaced",
    "GET /v1/lanes",
    *(f"GET /v1/lanes/{lane}/records" for lane in range(LANES)),
}


def answers(at: Closed) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, read in READERS.items():
        try:
            found[name] = read(at)
        except NotBelieved:
            found[name] = REFUSED
    return found


# ---- the forger

TYPES = {
    "case": ("issuance", "issuance.DocumentProduced", {"document": "d" * 32}),
    "document": ("issuance", "issuance.NumberVoided", {}),
    "notice": ("notify", "notify.NotificationAbandoned", {}),
    "subject": ("vault", "vault.SubjectErased", {"late_keys": 0}),
    "new document": ("issuance", "issuance.DocumentNumbered", {}),
}
KINDS = (
    "unsigned",
    "a key that nobody knows",
    "another key under the id",
    "the key of another writer",
    "an HMAC made with the public key",
    "a good signature for another stream",
)


def made(at: Closed, name: str, writer: Writer, *, stream: str = "") -> Document:
    """The next commit of a stream, right in everything but for who signs it."""
    _, event_type, data = TYPES[name]
    log = at.path.world.log("issuance")
    place = stream or at.streams[name]
    command = Command(
        command_id="http:forged",
        actor=Actor(kind="officer", ref="mallory"),
        now=datetime.now(UTC),
        authority="public-security",
    )
    commit = build(
        log.load(place),
        command,
        [Draft(type=event_type, schema=1, data=data)],
        writer=writer,
        sealer=None,
        lanes=LANES,
        code_version="forged",
    )
    return document_of(commit)


def forged(at: Closed, name: str, kind: str) -> Document:
    service = TYPES[name][0]
    key_id, key = at.path.world.secrets.writer_key(service)
    public_key = key.public_key().public_bytes_raw()
    by: dict[str, Writer] = {
        "a key that nobody knows": Writer(service, f"{service}-9", private("mallory")),
        "another key under the id": Writer(service, key_id, private("mallory")),
        "the key of another writer": Writer(service, *at.path.world.secrets.writer_key("admin")),
        "an HMAC made with the public key": OldWriter(service, key_id, key, public_key),
    }
    if kind in by:
        return made(at, name, by[kind])
    genuine = Writer(service, key_id, key)
    if kind == "unsigned":
        return made(at, name, genuine) | {"mac": ""}
    wanted = made(at, name, genuine)
    other = made(at, name, genuine, stream=f"{wanted['stream']}0")
    columns = {k: wanted[k] for k in ("stream", "first_version", "last_version", "lane")}
    return {**other, **columns, "authority": wanted["authority"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TYPES)
def test_no_reader_says_anything_new(closed: Closed, name: str, kind: str) -> None:
    before = answers(closed)
    assert REFUSED not in before.values()
    document = forged(closed, name, kind)
    commits = closed.path.world.databases.log["commits"]
    place = {"_id": commits.insert_one(document).inserted_id}
    try:
        after = answers(closed)
        changed = {reader for reader in READERS if after[reader] != before[reader]}
        assert {reader for reader in changed if after[reader] != REFUSED} == set()
        assert not changed & UNMOVED
        assert f"load {name}" in changed
        _is_named(closed, document)
    finally:
        commits.delete_one(place)
    assert answers(closed) == before


def _is_named(at: Closed, document: Document) -> None:
    """Audit, reconciliation and the sequencer name the commit, and give it no place."""
    world = at.path.world
    log, stream = world.databases.log, document["stream"]
    key = SigningKey.load(world.secrets.checkpoint_key_path, world.settings.installation).public
    found = verify_log(log, key=key, lanes=LANES, writer_keys=Keyring(world.secrets.writers))
    assert [f["stream"] for f in found["findings"]] == [stream]
    door = open_door(world.settings, world.secrets, world.databases)
    report = reconcile(log, range(LANES), door)
    assert [(f.kind, f.stream) for f in report.findings] == [("foreign-commit", stream)]
    assigner = Assigner(document["lane"], at.path.ledger, door)
    assigner.offer([document])
    while assigner.step():
        pass
    assert list(assigner.held) == [stream]


RULES = "it reads the catalogue or the calendar, and no commit of a case"
LEFT_OUT = {
    "consumers of the topic": "they believe the ledger's digests (tests/unit/messaging)",
    "the offline verifier": "an export has no commit without a place",
    "GET /v1/verification": "public keys, from a file",
    "GET /.well-known/caseledger-papers.json": "the same",
    "GET /v1/items": RULES,
    "GET /v1/items/<item>": RULES,
    "GET /v1/items/<item>/form": RULES,
    "GET /v1/items/<item>/template": RULES,
    "audit verify": "it is to name the forgery (`_is_named`)",
    "audit reconcile": "it is to name the forgery (`_is_named`)",
    "audit proof": "it answers for places in the ledger alone",
    "audit export": "it exports what has a place in the ledger",
    "log set-aside": "it is about the forgery (tests/integration/readers/test_set_aside.py)",
    "parked list": "it lists what consumers of the ledger could not get past",
    "payments unplaced": "as GET /v1/payments/unplaced: a list of the work database",
    "relay status": "it tells what the sequencer holds, the forgery among it",
    "projection rebuild": "it reads what has a place in the ledger",
    "catalogue check": RULES,
    "catalogue list": RULES,
    "catalogue show": RULES,
    "catalogue diff": RULES,
    "catalogue compile": RULES,
    "catalogue form": RULES,
    "calendar list": RULES,
    "clock due": RULES,
    "clock payday": RULES,
    "clock window": RULES,
    "fee": RULES,
    "status": "it asks processes, not the log",
    "token": "it asks the embedded issuer alone",
}
# They change something and are refused on a stream with a forged commit, as every command is.
WRITING = {
    *("up", "down", "move-log", "demo", "erase", "calendar announce", "calendar load"),
    *("catalogue load", "catalogue migrate", "notices resend", "parked redrive", "relay lanes"),
}


def all_commands() -> set[str]:
    groups = [("", app.registered_commands)]
    groups += [
        (f"{group.name} ", group.typer_instance.registered_commands)
        for group in app.registered_groups
        if group.typer_instance is not None
    ]
    return {
        f"{group}{one.name or one.callback.__name__.rstrip('_').replace('_', '-')}"
        for group, some in groups
        for one in some
        if one.callback is not None
    }


def test_every_get_and_every_reading_command_is_asked_or_left_out_for_a_reason() -> None:
    gets = {
        f"GET {one.rule}".replace("{", "<").replace("}", ">")
        for one in TABLE
        if one.method == "GET"
    }
    lanes = {f"GET /v1/lanes/{lane}/records" for lane in range(LANES)}
    named = {"GET /v1/lanes/<lane>/records"} | (set(READERS) - lanes) | set(LEFT_OUT)
    assert gets <= named
    assert {one for one in named if one.startswith("GET ")} == gets
    assert all_commands() <= named | WRITING
    assert not set(LEFT_OUT) & (set(READERS) | WRITING)


def test_the_list_of_readers_prints_what_it_leaves_out() -> None:
    """Kafka's consumers hold each record against the ledger, which has no forged commit."""
    print(json.dumps(LEFT_OUT, indent=1))  # noqa: T201 - whoever runs it reads what is not asked
    assert not set(LEFT_OUT) & set(READERS)
