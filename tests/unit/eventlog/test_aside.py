"""What a record sets aside: every reader and writer follows the model, state by state.

The states of `docs/models/j_aside.py` are walked, each is made of real documents, and the
code reads it; what the model reads, the code reads, and where the model writes, the code writes.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from shared.eventlog import Actor, Command, Door, Draft, FixedKeys, Loaded
from shared.eventlog.aside.documents import document_hash, key_named, version_at
from shared.eventlog.aside.stream import genuine
from shared.eventlog.building import build
from shared.eventlog.errors import StreamDamaged
from shared.eventlog.model import PassedOver
from shared.eventlog.stored import Document, signer_of
from tests.support.keys import ring, writer_of
from tests.support.relay_world import INTAKE, VERIFY_KEYS, commit_document

MODELS = Path(__file__).parents[3] / "docs" / "models"
STREAM = "case/a"
NEW = writer_of("intake", 2)
COMMAND = Command(
    command_id="timer:step:1",
    actor=Actor(kind="system", ref="intake"),
    now=datetime(2026, 11, 21, tzinfo=UTC),
    authority="public-security",
)


@pytest.fixture(scope="module")
def model() -> Iterator[Any]:
    """The model's module, which stands with its like and not in a package."""
    sys.path.insert(0, str(MODELS))
    yield importlib.import_module("j_aside")
    sys.path.remove(str(MODELS))


class Records:
    """Records of some documents, by their hashes: what `AsideRecords` has of a log."""

    def __init__(self, *named: Document) -> None:
        self._hashes = {document_hash(document) for document in named}
        self._versions = {version_at(document) for document in named}

    def passes(self, refused: Sequence[Document]) -> list[bool]:
        return [document_hash(document) in self._hashes for document in refused]

    def explains(self, stream: str, after: int, before: int) -> bool:
        between = range(after + 1, before)
        return stream == STREAM and bool(between) and self._versions.issuperset(between)


class World:
    """The model's documents as stored ones, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Document] = {}
        self.doors = {
            knows: Door(FixedKeys(ring(INTAKE, NEW) if knows else ring(INTAKE)))
            for knows in (True, False)
        }

    def documents(self, docs: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], Document]:
        """Each with the hash of the genuine one that it continues."""
        found: dict[tuple[Any, ...], Document] = {}
        for doc in sorted(docs):
            before = next((d for d in found if d[3] != "x" and d[1] == doc[2]), None)
            after = None if before is None else bytes(found[before]["hash"])
            found[doc] = self._document(doc, after)
        return found

    def _document(self, doc: tuple[Any, ...], after: bytes | None) -> Document:
        key = (*doc, after)
        if key not in self._made:
            first, last, _, what = doc
            made = commit_document(
                STREAM,
                first,
                count=last - first + 1,
                after=after,
                writer=NEW if what == "n" else INTAKE,
                mac="intake-1:" + "0" * 128 if what == "x" else None,
            )
            self._made[key] = bson.decode(bson.encode(made))
        return self._made[key]


def states(model: Any) -> set[tuple[Any, Any]]:
    """All documents and records that there can be together, in any order of steps."""
    seen, waiting = {model.init}, [model.init]
    while waiting:
        for _, following in model.steps(waiting.pop()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return {(s.docs, s.named) for s in seen}


SCENARIOS: dict[str, dict[str, int]] = {
    "j1": {},
    "j2": {"size": 2, "writers": 2},
    "j5'": {"forged": 1, "new": 1},
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_state_of_the_model_is_read_and_written_as_the_model_says(
    model: Any, scenario: str
) -> None:
    wanted = model.Model(**SCENARIOS[scenario])
    world, refusals, went_on = World(), 0, 0
    for docs, named in sorted(states(wanted), key=str):
        made = world.documents(docs)
        records = Records(*(made[doc] for doc in named))
        state = wanted.init._replace(docs=docs, named=named)
        for knows, door in world.doors.items():
            expected = wanted.read(state, knows=knows)
            found = read(made, door, records)
            assert (found is None) == (expected is None), (docs, named, knows)
            if found is None or expected is None:
                refusals += 1
                continue
            assert [(c.first_version, c.last_version) for c in found] == [d[:2] for d in expected]
            last = expected[-1][1] if expected else 0
            begins = wanted.expected(last, {doc[0]: doc[1] for doc in named})
            assert written(found).first_version == begins, (docs, named, knows)
            went_on += begins > last + 1
    assert refusals > 30
    assert went_on > 30


def read(made: dict[Any, Document], door: Door, records: Records) -> Loaded | None:
    documents = [made[doc] for doc in sorted(made)]
    try:
        return genuine(STREAM, documents, door, records)
    except StreamDamaged:
        return None


def written(loaded: Loaded) -> Any:
    draft = Draft(type="intake.MaterialAttached", schema=1, data={})
    made = build(loaded, COMMAND, [draft], writer=INTAKE, sealer=None, lanes=4, code_version="test")
    assert made.body.prev_hash == (loaded.commits[-1].hash.hex() if loaded.commits else None)
    return made


# ---- what a forger says of its document

FIRST = commit_document(STREAM, 1)
FORGED = {**commit_document(STREAM, 2, after=bytes(FIRST["hash"])), "mac": ""}
THIRD = commit_document(STREAM, 3, after=bytes(FIRST["hash"]))


def test_the_document_may_be_gone_and_the_record_still_explains_the_gap() -> None:
    door = Door(FixedKeys(VERIFY_KEYS))
    assert genuine(STREAM, [FIRST, THIRD], door, Records(FORGED)).version == 3
    with pytest.raises(StreamDamaged):
        genuine(STREAM, [FIRST, THIRD], door, Records())


def test_a_record_that_names_a_genuine_commit_changes_nothing() -> None:
    door = Door(FixedKeys(VERIFY_KEYS))
    second = commit_document(STREAM, 2, after=bytes(FIRST["hash"]))
    found = genuine(STREAM, [FIRST, second], door, Records(second))
    assert (found.version, found.next_version) == (2, 3)
    assert found.passed_over == ()


def test_a_command_goes_round_a_commit_that_took_its_id() -> None:
    over = (PassedOver((9,), ("timer:step:1",)), PassedOver((7, 10), ("timer:step:1:aside-1",)))
    loaded = Loaded(stream=STREAM, commits=(), passed_over=over)
    commit = written(loaded)
    assert (commit.first_version, commit.body.command_id) == (1, "timer:step:1:aside-2")
    done = Loaded(stream=STREAM, commits=(commit,), passed_over=over)
    assert done.find("timer:step:1") == commit
    for other in ("timer:step:10", "timer:step", "timer:step:1:aside-1", "timer:step:1:aside-"):
        assert done.find(other) is None, other


def test_a_document_is_named_by_what_the_door_looks_at() -> None:
    named = document_hash(FORGED)
    for same in (
        {**FORGED, "_id": bson.ObjectId(), "sealed": b"x"},
        {**FORGED, "seq_hint": bson.Timestamp(7, 1)},
        {**FORGED, "lane": Int64(0)},
        bson.decode(bson.encode(FORGED)),
        dict(reversed(FORGED.items())),
    ):
        assert document_hash(same) == named
    for field in ("stream", "first_version", "last_version", "command_id", "body", "hash", "mac"):
        assert document_hash({**FORGED, field: None}) != named, field
        assert document_hash({k: v for k, v in FORGED.items() if k != field}) != named, field
    assert document_hash({}) != named


@pytest.mark.parametrize(
    ("stored", "version"),
    [
        (3, 3),
        (Int64(3), 3),
        (3.0, 3),
        (Decimal128("3"), 3),
        (Decimal128("NaN"), 0),
        (float("inf"), 0),
        (3.5, 0),
        (0, 0),
        (-1, 0),
        (2**60, 0),
        (True, 0),
        ("3", 0),
        (None, 0),
        (["x", 3, 4], 3),
    ],
)
def test_a_version_is_taken_by_whatever_compares_equal_to_it(stored: object, version: int) -> None:
    assert version_at({"first_version": stored}) == version


def test_the_key_that_a_document_names_is_recorded_where_it_could_be_one() -> None:
    assert key_named({"mac": "review-9:00"}) == "review-9"
    for mac in (None, 7, "", "x" * 65, "schlüssel-1:00"):
        assert key_named({"mac": mac}) == "", mac


def test_who_has_the_key_has_signed_whatever_else_is_wrong() -> None:
    def signer(**changes: object) -> str:
        found = signer_of({**FIRST, **changes}, VERIFY_KEYS)
        return "" if found is None else found.id

    assert signer() == "intake-1"
    for still in ({"stream": "case/b"}, {"hash": b"x" * 32}, {"lane": None}, {"sealed": 7}):
        assert signer(**still) == "intake-1", still
    forged = {"mac": ""}, {"mac": None}, {"mac": "intake-1:00"}, {"body": b"x"}, {"body": "x"}
    for not_so in (*forged, {"mac": str(FIRST["mac"]).replace("intake-1", "review-1")}):
        assert signer(**not_so) == "", not_so


def test_every_log_that_a_process_opens_has_the_records() -> None:
    """A reader without them would refuse what the others pass over."""
    root = Path(genuine.__code__.co_filename).parents[3]
    made = {
        str(path.relative_to(root)): re.findall(r"\bCommitStore\([^)]*\)", path.read_text("utf-8"))
        for room in ("shared", "services", "deploy")
        for path in (root / room).rglob("*.py")
    }
    assert [name for name, found in made.items() if found] == ["shared/eventlog/opening.py"]
    assert all("aside=" in one for one in made["shared/eventlog/opening.py"])
