"""What a record sets aside changes no answer: after the command all is as before the forgery."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.processes.prepare import refuse_named_ids
from deploy.processes.running import BAD_SETTINGS, Process
from shared.case.admin.setting_aside import CATEGORY
from shared.config import Secrets
from shared.config.writer_keys import write_entries
from shared.eventlog import open_store
from shared.eventlog.errors import NotBelieved
from shared.relay.assign.assign import Assigner
from shared.relay.process.reconcile import reconcile
from tests.integration.readers.test_forged import KINDS, TYPES, answers, forged
from tests.support.closed_case import Closed
from tests.support.forging import Clerk, forge, places
from tests.support.keys import entry, writer_of
from tests.support.path_world import LANES

pytestmark = pytest.mark.mongo
# Signed with the key that is known, and for a stream that does not exist: people decide.
SIGNED = "a good signature for another stream"
Document = dict[str, Any]


@pytest.fixture
def clean(closed: Closed) -> Iterator[Closed]:
    """The closed case; what a test inserts into its log is taken out again."""
    commits = closed.path.world.databases.log["commits"]
    there = [document["_id"] for document in commits.find({}, {"_id": 1})]
    yield closed
    commits.delete_many({"_id": {"$nin": there}})


@pytest.fixture(scope="module")
def before(closed: Closed) -> dict[str, object]:
    """Every reader's answer while nothing was forged."""
    return answers(closed)


def clerk_of(at: Closed) -> Clerk:
    world = at.path.world
    return Clerk(world.settings, world.secrets, world.databases)


def insert(at: Closed, *documents: Document) -> None:
    for document in documents:
        at.path.world.databases.log["commits"].insert_one(dict(document))


def copied(at: Closed, name: str) -> Document:
    """A genuine commit of another stream, at the next version of this one."""
    commits = at.path.world.databases.log["commits"]
    other = "notice" if name == "case" else "case"
    genuine = commits.find_one({"stream": at.streams[other], "first_version": 1}, {"_id": 0})
    assert genuine is not None
    columns = ("stream", "first_version", "last_version", "lane", "command_id", "authority")
    wanted = forged(at, name, "unsigned")
    return {**genuine, **{column: wanted[column] for column in columns}}


def refuses(at: Closed, stream: str) -> bool:
    """Whether the stream's readers refuse it."""
    try:
        at.path.world.log("issuance").load(stream)
    except NotBelieved:
        return True
    return False


# Each kind of forgery once, each kind of stream once.
FORGERIES = [
    *(("case", kind) for kind in KINDS if kind != SIGNED),
    *((name, "unsigned") for name in TYPES if name != "case"),
    ("case", "a copy"),
    ("document", "a copy"),
]


@pytest.mark.parametrize(("name", "kind"), FORGERIES)
def test_every_answer_is_as_before_once_it_is_set_aside(
    clean: Closed, before: dict[str, object], name: str, kind: str
) -> None:
    document = copied(clean, name) if kind == "a copy" else forged(clean, name, kind)
    insert(clean, document)
    stream, version = document["stream"], document["first_version"]
    assert refuses(clean, stream)
    done = clerk_of(clean).sets_aside(stream, (version, version))
    assert (done["ok"], places(done["set_aside"])) == (True, [(stream, version)])
    assert answers(clean) == before
    again = clerk_of(clean).sets_aside(stream, (version, version))
    assert (again["recorded"], places(again["already"])) == (False, [(stream, version)])
    _is_in_order(clean, document)


def _is_in_order(at: Closed, document: Document) -> None:
    """Reconciliation waits for the record alone, and the sequencer holds nothing."""
    world = at.path.world
    store = open_store(world.settings, world.secrets, world.databases)
    report = reconcile(world.databases.log, range(LANES), store.door, aside=store.aside)
    streams = {one.stream.partition("/")[0] for one in report.findings}
    assert (streams, {one.kind for one in report.findings}) == ({CATEGORY}, {"unassigned"})
    assigner = Assigner(document["lane"], at.path.ledger, store.door, aside=store.aside)
    assigner.offer([document])
    assert (assigner.held, assigner.waiting) == ({}, 0)


def test_what_a_key_signed_is_not_set_aside(clean: Closed) -> None:
    signed = forged(clean, "case", SIGNED)
    insert(clean, signed)
    stream, version = signed["stream"], signed["first_version"]
    done = clerk_of(clean).sets_aside(stream, (version, version))
    assert (done["ok"], done["recorded"]) == (False, False)
    assert "its signature verifies" in done["findings"][0]
    whole = clerk_of(clean).finds()
    assert (places(whole["set_aside"]), places(whole["kept"])) == ([], [(stream, version)])
    assert refuses(clean, stream)


def test_a_genuine_commit_is_not_set_aside_nor_one_that_was_changed(clean: Closed) -> None:
    stream = clean.streams["case"]
    done = clerk_of(clean).sets_aside(stream, (1, 2))
    assert (done["ok"], done["recorded"]) == (False, False)
    assert "it is genuine" in done["findings"][0]
    commits = clean.path.world.databases.log["commits"]
    place = {"stream": stream, "first_version": 1}
    before = commits.find_one(place)
    assert before is not None
    commits.replace_one(place, {**before, "mac": ""})
    try:
        done = clerk_of(clean).sets_aside(stream, (1, 1))
        assert "changed afterwards" in done["findings"][0]
        assert clerk_of(clean).finds()["set_aside"] == []
    finally:
        commits.replace_one(place, before)


def test_no_commit_there_is_said(clean: Closed) -> None:
    done = clerk_of(clean).sets_aside("case/none", (1, 9))
    assert (done["ok"], done["recorded"]) == (False, False)
    assert done["findings"] == ["No commit of case/none begins there."]


def test_whatever_a_forger_says_of_its_place_the_stream_goes_on(
    clean: Closed, before: dict[str, object]
) -> None:
    stream = clean.streams["case"]
    lane = clean.path.world.log("review").load(stream).commits[0].body.lane
    strange: list[Document] = [
        {**forge(stream, 500, lane=lane), "first_version": value, "command_id": f"http:{n}"}
        for n, value in enumerate(("9", None, -3, 0, 2**60, 33.0, list(range(400, 420))))
    ]
    del strange[0]["lane"], strange[1]["body"], strange[2]["mac"]
    strange[3]["mac"], strange[4]["stream"] = 7, [stream, "case/another"]
    insert(clean, *strange)
    assert refuses(clean, stream)
    done = clerk_of(clean).sets_aside()
    assert (done["ok"], len(done["set_aside"])) == (True, len(strange))
    assert answers(clean) == before


def test_a_forger_who_takes_the_streams_of_records_stops_no_record(
    clean: Closed, before: dict[str, object]
) -> None:
    taken = [forge(f"{CATEGORY}/{n}", 1 + n % 2, lane=0, writer="admin") for n in range(1, 8)]
    document = forged(clean, "case", "unsigned")
    insert(clean, *taken, document)
    done = clerk_of(clean).sets_aside()
    assert (done["ok"], len(done["set_aside"]), len(done["records"])) == (True, 8, 1)
    assert answers(clean) == before


def test_no_key_gets_an_id_that_a_record_names(
    clean: Closed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, stream = clean.path.world, clean.streams["case"]
    insert(clean, forge(stream, 500, lane=0, key_id="review-7"), forge("case/b", 1, lane=0))
    done = clerk_of(clean).sets_aside()
    assert {one.key for one in done["set_aside"]} == {"", "review-7"}

    def process(number: int) -> Process:
        folder = shutil.copytree(world.secrets.folder, tmp_path / str(number))
        write_entries(folder, [*world.secrets.writers, entry(writer_of("review", number))])
        secrets = Secrets(folder)
        return Process("prepare", world.settings, secrets, world.databases, threading.Event())

    refuse_named_ids(process(8))
    with pytest.raises(SystemExit) as ended:
        refuse_named_ids(process(7))
    assert ended.value.code == BAD_SETTINGS
    assert "review-7" in capsys.readouterr().err
