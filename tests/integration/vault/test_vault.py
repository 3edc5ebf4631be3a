"""Personal data: sealed to their place, read with a trace, gone for good when erased.

The traces f1 to f7 of the protocol's model are driven here step by step on a real server.
"""

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.config import Databases
from shared.eventlog import Commit, Draft, Sealed
from shared.eventlog.building import sealed_value
from shared.eventlog.errors import LogCorrupt, NotFound
from shared.files import FileRefused
from shared.vault import CasesOpen, Erased, Keys, SealedAt, UploadReused
from shared.vault.errors import KeyMissing, VaultUnavailable
from shared.vault.keys import STORED_WITHIN_S
from tests.support.logs import ACTOR, NOW, command
from tests.support.vaults import CACHE_S, KEK, Clock, Room, open_room

CANARY = "CANARY-陈-7421"
pytestmark = pytest.mark.mongo


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(databases: Databases, clock: Clock, tmp_path: Path) -> Room:
    return open_room(databases, clock, tmp_path)


def submit(room: Room, owner: str, case: str = "c1") -> Commit:
    room.vault.make_case_key(case, owner=owner)
    draft = Draft(
        type="intake.CaseSubmitted",
        schema=1,
        data={},
        sealed={
            "name": Sealed(f"subject/{owner}", CANARY),
            "delivery_address": Sealed(f"case/{case}", CANARY),
        },
    )
    commit = room.intake.execute(f"case/{case}", command(f"http:{case}"), lambda _: [draft]).commit
    assert commit is not None
    return commit


def picture(colour: str = "white", size: tuple[int, int] = (20, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def everything(databases: Databases) -> bytes:
    """All that is stored anywhere, as one heap of bytes."""
    heap: list[bytes] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                heap.append(str(key).encode())
                collect(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                collect(inner)
        else:
            heap.append(bytes(value) if isinstance(value, bytes) else str(value).encode())

    for database in (databases.log, databases.work, databases.views, databases.vault):
        for name in database.list_collection_names():
            collect(list(database[name].find()))
    return b"\x00".join(heap)


def test_a_person_is_a_random_reference_and_keeps_it(room: Room) -> None:
    ref = room.vault.subject_for("issuer", CANARY)
    assert room.vault.subject_for("issuer", CANARY) == ref
    assert room.vault.subject_for("other", CANARY) != ref
    assert len(bytes.fromhex(ref)) == 16
    assert CANARY.encode() not in everything(room.databases)
    types = [e.type for e in room.log.load(f"subject/{ref}").events]
    assert types == ["vault.SubjectRegistered"]


def test_a_reference_is_never_given_to_a_second_person(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver sends an insert again when its answer is lost; some servers say: duplicate."""
    subjects = room.vault.subjects

    class SentTwice:
        def __init__(self, rows: Any) -> None:
            self.find_one = rows.find_one
            self._insert = rows.insert_one

        def insert_one(self, row: Any) -> Any:
            self._insert(row)
            return self._insert(row)

    with monkeypatch.context() as patch:
        patch.setattr(subjects, "_map", SentTwice(subjects._map))
        ref = room.vault.subject_for("issuer", "a")
    assert room.vault.subject_for("issuer", "a") == ref
    others = {room.vault.subject_for("issuer", f"b{n}") for n in range(20)}
    assert len(others) == 20
    assert ref not in others


def test_a_value_is_read_with_a_trace_that_is_written_first(room: Room) -> None:
    commit = submit(room, room.vault.subject_for("issuer", "a"))
    assert room.vault.reveal(commit, 1, "name", reader=ACTOR, why="notice") == CANARY
    assert room.vault.reveal(commit, 1, "delivery_address", reader=ACTOR, why="post") == CANARY
    assert room.vault.reveal(commit, 1, "phone", reader=ACTOR, why="notice") is None
    traces = list(room.databases.log["access"].find({}, {"_id": 0, "place": 1, "why": 1}))
    assert traces == [
        {"place": "case/c1/1/name", "why": "notice"},
        {"place": "case/c1/1/delivery_address", "why": "post"},
    ]
    assert CANARY.encode() not in everything(room.databases)


def test_without_a_trace_nothing_is_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = submit(room, room.vault.subject_for("issuer", "a"))

    def away(*_args: object, **_options: object) -> None:
        raise VaultUnavailable("away")

    monkeypatch.setattr(room.vault._access, "note", away)
    with pytest.raises(VaultUnavailable):
        room.vault.reveal(commit, 1, "name", reader=ACTOR, why="notice")


def test_a_ciphertext_that_was_moved_does_not_open(room: Room) -> None:
    owner = room.vault.subject_for("issuer", "a")
    first, second = submit(room, owner), submit(room, owner, "c2")
    assert sealed_value(first, 1, "name") != sealed_value(second, 1, "name")
    moved = Commit(
        body=second.body,
        body_bytes=second.body_bytes,
        hash=second.hash,
        mac=second.mac,
        sealed=first.sealed,
    )
    with pytest.raises(LogCorrupt):
        room.vault.reveal(moved, 1, "name", reader=ACTOR, why="swap")


def test_a_key_that_was_never_made_is_a_fault_and_not_an_empty_value(room: Room) -> None:
    with pytest.raises(KeyMissing):
        room.vault.seal_field("case/x", 1, "name", Sealed("case/x", "v"))


def test_erasure_is_refused_while_a_case_is_open(room: Room) -> None:
    owner = room.vault.subject_for("issuer", "a")
    submit(room, owner)
    with pytest.raises(CasesOpen) as refused:
        room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: True)
    assert refused.value.cases == ("c1",)
    assert room.erasures.pending() == []
    with pytest.raises(NotFound):
        room.erasures.order("f" * 32, actor=ACTOR, case_open=lambda _case: False)


def erase(room: Room, owner: str) -> None:
    room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: False)
    assert not room.erasures.step(owner), "said to be done while a cache may still hold the key"
    room.clock.forward(CACHE_S + 3)
    assert room.erasures.step(owner)


def test_after_erasure_nothing_opens_anywhere_and_the_log_is_unchanged(
    room: Room, tmp_path: Path
) -> None:
    owner = room.vault.subject_for("issuer", "a")
    commit = submit(room, owner)
    blob = room.blobs.put(picture(), owner=owner, blob_id="b1")
    before = list(room.databases.log["commits"].find({"stream": "case/c1"}))
    erase(room, owner)
    other_process = open_room(room.databases, room.clock, tmp_path)
    for process in (room, other_process):
        for field in ("name", "delivery_address"):
            with pytest.raises(Erased):
                process.vault.reveal(commit, 1, field, reader=ACTOR, why="curious")
        with pytest.raises(Erased):
            process.blobs.read(blob.id, reader=ACTOR, why="curious")
        with pytest.raises(Erased):
            submit(process, owner, "c9")
    assert list(room.databases.log["commits"].find({"stream": "case/c1"})) == before
    types = [e.type for e in room.log.load(f"subject/{owner}").events]
    assert types == ["vault.SubjectRegistered", "vault.ErasureOrdered", "vault.SubjectErased"]
    listed = [json.loads(line) for line in (tmp_path / "erasures.jsonl").read_text().splitlines()]
    assert [line["subject"] for line in listed] == [owner]
    assert room.erasures.pending() == []
    assert room.vault.subject_for("issuer", "a") != owner


def test_who_was_erased_comes_back_as_somebody_new_at_once_in_every_process(
    room: Room, tmp_path: Path
) -> None:
    """Not even for a moment may an application be sealed under the old reference."""
    other_process = open_room(room.databases, room.clock, tmp_path)
    owner = room.vault.subject_for("issuer", "a")
    assert other_process.vault.subject_for("issuer", "a") == owner
    room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: False)
    assert other_process.vault.subject_for("issuer", "a") != owner


def test_a_cached_key_is_not_used_beyond_its_bound(room: Room, tmp_path: Path) -> None:
    """Traces f1 and f1b: another process has the key in memory when it is destroyed."""
    owner = room.vault.subject_for("issuer", "a")
    commit = submit(room, owner)
    reader = open_room(room.databases, room.clock, tmp_path)
    assert reader.vault.reveal(commit, 1, "name", reader=ACTOR, why="w") == CANARY
    room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: False)
    room.clock.forward(CACHE_S - 1)
    assert reader.vault.reveal(commit, 1, "name", reader=ACTOR, why="within the bound") == CANARY
    assert not room.erasures.step(owner)
    room.clock.forward(2)
    with pytest.raises(Erased):
        reader.vault.reveal(commit, 1, "name", reader=ACTOR, why="after the bound")


def test_the_key_is_looked_at_again_before_an_answer_is_given(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trace f7: a reader is paused between the check of its key and its answer."""
    owner = room.vault.subject_for("issuer", "a")
    commit = submit(room, owner)

    def slow_note(*_args: object, **_options: object) -> None:
        room.databases.vault["keys"].update_one(
            {"_id": f"subject/{owner}"}, {"$set": {"state": "destroyed"}, "$unset": {"wrapped": ""}}
        )
        room.clock.forward(CACHE_S + 1)

    monkeypatch.setattr(room.vault._access, "note", slow_note)
    with pytest.raises(Erased):
        room.vault.reveal(commit, 1, "name", reader=ACTOR, why="slow")


def test_a_key_made_late_is_waited_out_like_any_other(room: Room, tmp_path: Path) -> None:
    """A process with the person's key in memory takes a case in after the keys were destroyed."""
    owner = room.vault.subject_for("issuer", "a")
    late = open_room(room.databases, room.clock, tmp_path)
    submit(late, owner, "c1")
    room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: False)
    room.clock.forward(CACHE_S - 1)
    commit = submit(late, owner, "c2")
    room.clock.forward(4)
    assert not room.erasures.step(owner), "said to be done while a cache holds the late key"
    address = late.vault.reveal(commit, 1, "delivery_address", reader=ACTOR, why="in its cache")
    assert address == CANARY
    room.clock.forward(CACHE_S + 3)
    assert room.erasures.step(owner)
    for process in (room, late):
        with pytest.raises(Erased):
            process.vault.reveal(commit, 1, "delivery_address", reader=ACTOR, why="after")
    (last,) = room.log.load(f"subject/{owner}").events[-1:]
    assert (last.type, last.data) == ("vault.SubjectErased", {"late_keys": 1})


def test_two_threads_may_begin_the_same_key(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same request sent twice at once: neither finds that there is no key."""
    insert, go_on = room.keys._insert, threading.Event()

    def slow(rows: Any) -> bool:
        assert go_on.wait(10)
        return insert(rows)

    monkeypatch.setattr(room.keys, "_insert", slow)
    for _ in range(2):
        room.keys.begin("case/c1", owner="o", now=NOW)
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(room.keys.get, "case/c1") for _ in range(2)]
        assert wait(found, timeout=0.5).done == set(), "a key is given before it is stored"
        go_on.set()
        one, other = (future.result(10) for future in found)
    fresh = Keys(room.databases.vault, [KEK], cache_s=CACHE_S)
    assert one == other == fresh.get("case/c1")


def test_a_key_that_is_not_stored_in_time_is_no_key(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(room.keys, "_insert", lambda _rows: go_on.wait(10))
    room.keys.begin("case/c1", owner="o", now=NOW)
    room.clock.forward(STORED_WITHIN_S)
    with pytest.raises(VaultUnavailable):
        room.keys.get("case/c1")
    go_on.set()


def test_no_new_key_slips_in_under_an_erased_name(room: Room) -> None:
    """Trace f2: the erasure writes a row in any case, also where there was none."""
    room.keys.destroy("case/never", owner="o", now=NOW)
    room.keys.make("case/never", owner="o", now=NOW)
    with pytest.raises(Erased):
        room.keys.get("case/never")


def test_rotation_does_not_write_an_erased_key_back(room: Room, monkeypatch: Any) -> None:
    """Trace f3: the row is destroyed between the rotation's reading and its writing."""
    for name in ("case/a", "case/b"):
        room.keys.make(name, owner="o", now=NOW)
    before = room.keys.get("case/b")
    turning = Keys(room.databases.vault, [("kek-2", b"n" * 32), KEK], cache_s=CACHE_S)
    wrap = turning._wrap

    def destroyed_meanwhile(key_ref: str, key: bytes) -> Any:
        if key_ref == "case/a":
            room.keys.destroy("case/a", owner="o", now=NOW)
        return wrap(key_ref, key)

    monkeypatch.setattr(turning, "_wrap", destroyed_meanwhile)
    assert turning.rewrap() == 1
    with pytest.raises(Erased):
        turning.get("case/a")
    only_new = Keys(room.databases.vault, [("kek-2", b"n" * 32)], cache_s=CACHE_S)
    assert only_new.get("case/b") == before


@pytest.mark.parametrize("stop_at", ["ordering", "listed"])
def test_an_erasure_that_was_killed_half_way_is_carried_on(
    room: Room, stop_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = room.vault.subject_for("issuer", "a")
    commit = submit(room, owner)
    point = "_destroy" if stop_at == "ordering" else "_destroy_keys"

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(room.erasures, point, killed)
        with pytest.raises(KeyboardInterrupt):
            room.erasures.order(owner, actor=ACTOR, case_open=lambda _case: False)
    assert room.erasures.pending() == [owner]
    assert not room.erasures.step(owner)
    room.clock.forward(CACHE_S + 3)
    assert room.erasures.step(owner)
    with pytest.raises(Erased):
        room.vault.reveal(commit, 1, "name", reader=ACTOR, why="w")


def test_an_upload_is_kept_sealed_once_and_belongs_to_its_owner(room: Room) -> None:
    owner = room.vault.subject_for("issuer", "a")
    content = picture()
    stored = room.blobs.put(content, owner=owner, blob_id="b1")
    assert room.blobs.put(content, owner=owner, blob_id="b1") == stored
    assert room.blobs.find("b1", "none", "b1") == {"b1": stored}
    assert (stored.owner, stored.media_type, stored.size) == (owner, "image/png", len(content))
    assert room.blobs.read("b1", reader=ACTOR, why="review") == content
    assert content not in everything(room.databases)
    assert room.databases.log["access"].count_documents({"place": "blob/b1"}) == 1
    with pytest.raises(UploadReused):
        room.blobs.put(picture("black"), owner=owner, blob_id="b1")
    with pytest.raises(NotFound):
        room.blobs.read("b2", reader=ACTOR, why="review")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        picture()[:40],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 400,
        picture()[:-12] + b"\x00\x00\x00\x00iCCP\xa5\x89\x19\x3e" + picture()[-12:],
        picture(size=(8000, 8000)),
    ],
    ids=[
        "empty",
        "program",
        "svg",
        "pdf",
        "cut off",
        "not a picture",
        "empty colour profile",
        "too many pixels",
    ],
)
def test_an_upload_that_is_no_picture_of_ours_is_refused(room: Room, content: bytes) -> None:
    owner = room.vault.subject_for("issuer", "a")
    with pytest.raises(FileRefused):
        room.blobs.put(content, owner=owner, blob_id="bad")
    assert room.blobs.find("bad") == {}


def test_several_values_are_read_with_one_record_and_what_is_erased_is_left_out(
    room: Room,
) -> None:
    owner = room.vault.subject_for("issuer", "a")
    commit = submit(room, owner)
    values = [SealedAt(commit, 1, field) for field in ("name", "delivery_address", "phone")]

    def read() -> Any:
        return room.vault.reveal_together(values, of=commit.stream, reader=ACTOR, why="review")

    place = f"{commit.stream}/1"
    assert read() == {f"{place}/name": CANARY, f"{place}/delivery_address": CANARY}
    (row,) = room.databases.log["access"].find({"place": commit.stream})
    assert (row["classes"], row["fields"]) == (
        ["address", "identity"],
        ["1/name", "1/delivery_address"],
    )
    room.keys.destroy(f"subject/{owner}", owner=owner, now=NOW)
    assert set(read()) == {f"{place}/delivery_address"}
    (_, row) = room.databases.log["access"].find({"place": commit.stream}).sort("_id", 1)
    assert row["classes"] == ["address"]
    room.keys.destroy("case/c1", owner=owner, now=NOW)
    with pytest.raises(Erased):
        read()
    assert room.databases.log["access"].count_documents({"place": commit.stream}) == 2
