"""The one door: what is believed, what is remembered of it, and what never is."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bson
import pytest

from shared.eventlog import Commit, Door, FixedKeys, Keyring, document_of
from shared.eventlog import door as door_module
from shared.eventlog.aside.stream import genuine
from shared.eventlog.door import Place, leaf_of
from shared.eventlog.errors import LogCorrupt, NotBelieved
from shared.eventlog.signed.notes import CutOver
from shared.eventlog.stored import Opened, Reason, open_stored
from tests.support.forging import forge
from tests.support.keys import entry, old_writer, writer_of
from tests.support.relay_world import INTAKE, commit_document

OLD = old_writer("intake", 9)
KEYS = Keyring([entry(INTAKE), entry(OLD), entry(writer_of("review"))])


def as_read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as the database gives it back."""
    found: dict[str, Any] = bson.decode(bson.encode(document))
    return found


FIRST = as_read(commit_document("case/1", 1, count=2))
SECOND = as_read(commit_document("case/1", 3, after=bytes(FIRST["hash"])))
SHARED = Path(door_module.__file__).parents[2]


def a_door(**parts: Any) -> Door:
    return Door(FixedKeys(KEYS), **parts)


FORGED: dict[str, dict[str, Any]] = {
    "unsigned": {**SECOND, "mac": ""},
    "signed by nobody": {**SECOND, "mac": "nobody-1:" + "0" * 128},
    "zeroes": {**SECOND, "mac": "intake-1:" + "0" * 128},
    "another writer's key": {**SECOND, "mac": writer_of("review").mac(bytes(SECOND["hash"]))},
    "another key under the id": {
        **SECOND,
        "mac": writer_of("intake", seed="mallory").mac(bytes(SECOND["hash"])),
    },
    "an HMAC made with the public key": {
        **SECOND,
        "mac": old_writer("intake", 1, secret=INTAKE.key.public_key().public_bytes_raw()).mac(
            bytes(SECOND["hash"])
        ),
    },
    "the same under the id of an HMAC key": {
        **SECOND,
        "mac": old_writer("intake", 9, secret=INTAKE.key.public_key().public_bytes_raw()).mac(
            bytes(SECOND["hash"])
        ),
    },
    "a right HMAC without a place": {**SECOND, "mac": OLD.mac(bytes(SECOND["hash"]))},
    "a good signature for another stream": {
        **commit_document("case/2", 3, after=bytes(FIRST["hash"])),
        "stream": "case/1",
    },
    "a good signature for another lane": {
        **commit_document("case/1", 3, lane=3, after=bytes(FIRST["hash"])),
        "lane": 0,
    },
    "a good signature for another place": {**commit_document("case/1", 9), "first_version": 3},
    "another body under a good signature": {**SECOND, "body": bytes(FIRST["body"])},
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_commit_at_the_next_version_makes_its_stream_refuse(kind: str) -> None:
    door = a_door()
    with pytest.raises(NotBelieved) as refused:
        genuine("case/1", [FIRST, FORGED[kind]], door)
    assert (refused.value.stream, refused.value.version) == ("case/1", 3)
    assert refused.value.reason in set(Reason)
    assert refused.value.detail in str(refused.value)
    assert [c.first_version for c in genuine("case/1", [FIRST, SECOND], door)] == [1, 3]
    with pytest.raises(NotBelieved):  # also with everything genuine remembered
        genuine("case/1", [FIRST, FORGED[kind]], door)


@pytest.mark.parametrize(
    "made_for_another_place",
    [
        commit_document("case/1", 3),
        commit_document("case/1", 3, after=bytes(SECOND["hash"])),
        commit_document("case/1", 3, after=bytes(FIRST["hash"]), lane=3),
    ],
)
def test_a_genuine_commit_stands_where_it_was_made_for(
    made_for_another_place: Mapping[str, Any],
) -> None:
    with pytest.raises(NotBelieved) as refused:
        genuine("case/1", [FIRST, made_for_another_place], a_door())
    assert refused.value.reason == "chain"


def test_a_missing_version_is_an_error() -> None:
    with pytest.raises(LogCorrupt, match="begins at version 1"):
        genuine("case/1", [SECOND], a_door())


def test_what_is_set_aside_is_passed_over_and_nothing_else() -> None:
    """The hook: a record can name a refused document, and never a genuine one."""

    class All:
        """Records that name whatever they are asked for."""

        def passes(self, refused: Sequence[Mapping[str, Any]]) -> list[bool]:
            assert [bytes(document["hash"]) for document in refused] == [bytes(SECOND["hash"])]
            return [True]

        def explains(self, stream: str, after: int, before: int) -> bool:
            raise AssertionError((stream, after, before))

    found = genuine("case/1", [FIRST, FORGED["unsigned"]], a_door(), aside=All())
    assert [c.first_version for c in found] == [1]
    assert (found.version, found.next_version) == (2, 4)


def test_a_last_version_beyond_all_measure_is_refused_at_once() -> None:
    endless = forge("case/1", 3, lane=0, last=2**52)
    reasons = {wrong.reason for wrong in a_door().open([endless])[0].wrong}
    assert reasons == {Reason.SIGNATURE, Reason.VERSIONS}


def verifications(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """The documents that were opened in full."""
    opened: list[Mapping[str, Any]] = []

    def watched(document: Any, keys: Any, **options: Any) -> Opened:
        opened.append(document)
        return open_stored(document, keys, **options)

    monkeypatch.setattr(door_module, "open_stored", watched)
    return opened


def test_what_was_verified_is_remembered_and_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    door, full = a_door(), verifications(monkeypatch)
    assert door.open([FIRST])[0].wrong == ()
    assert door.open([FIRST])[0].wrong == ()
    assert len(full) == 1
    for changed in (
        {"hash": b"x" * 32},
        {"mac": "intake-1:" + "0" * 128},
        {"lane": 3},
        {"stream": "case/2"},
        {"body": bytes(FIRST["body"]).replace(b'"n":0', b'"n":7')},
        {"sealed": 7},
    ):
        assert door.open([{**FIRST, **changed}])[0].wrong, changed


def test_what_was_refused_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    door, full = a_door(), verifications(monkeypatch)
    for _ in range(2):
        assert door.open([FORGED["zeroes"]])[0].wrong
    assert len(full) == 2
    assert door.open([SECOND])[0].wrong == ()


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(bytes(FIRST["body"]))
    door, full = a_door(remembered=one), verifications(monkeypatch)
    door.open([FIRST, FIRST, SECOND, FIRST])
    assert len(full) == 3


# ---- keys of before the signatures

HMACED = commit_document("case/1", 1, writer=OLD)
NOTE = CutOver("test", ((5, b"r" * 32), (0, b"r" * 32)), "2026-11-22T00:00:00Z")


def placed(place: Place | None, *, note: CutOver | None = NOTE, of: Any = HMACED) -> Opened:
    leaf = leaf_of(open_stored(of, None))
    asked: list[Sequence[bytes]] = []

    def places(leaves: Sequence[bytes]) -> Mapping[bytes, Place]:
        asked.append(leaves)
        return {} if place is None else {leaf: place}

    (found,) = a_door(cut_over=lambda: note, places=places).open([HMACED])
    return found


def test_an_hmac_is_believed_as_the_ledgers_own_row_up_to_the_cut_over() -> None:
    assert placed(Place(0, 5)).wrong == ()
    for refused in (
        placed(None),
        placed(Place(0, 6)),
        placed(Place(1, 1)),
        placed(Place(7, 1)),
        placed(Place(0, 5), note=None),
        placed(Place(0, 5), of=FIRST),
    ):
        assert [wrong.reason for wrong in refused.wrong] == [Reason.OLD]


def test_a_place_in_the_ledger_makes_up_for_nothing_else() -> None:
    forged = {**HMACED, "lane": 1}
    door = a_door(cut_over=lambda: NOTE, places=lambda leaves: {leaves[0]: Place(0, 1)})
    assert [wrong.reason for wrong in door.open([forged])[0].wrong] == [Reason.COLUMN]
    unsigned = {**FIRST, "mac": "intake-1:" + "0" * 128}
    assert [w.reason for w in door.open([unsigned])[0].wrong] == [Reason.SIGNATURE]


# ---- nobody goes round it

DECODES = {"decode_commit"}
AT_THE_DOOR = {"shared/eventlog/codec.py", "shared/eventlog/stored.py"}
READ_AS_THEY_ARE = {
    "shared/audit/export.py": "copies the log for an outside verifier, and judges nothing",
    "shared/audit/verifier.py": "is that verifier: it stands alone, and checks what it reads",
    "services/feed/lanes.py": "gives the bytes of a commit that the ledger's reader opened",
}
BODY = {"body", "body_bytes"}


def sources() -> list[Path]:
    rooms = [SHARED / room for room in ("shared", "services", "deploy")]
    return sorted(path for room in rooms for path in room.rglob("*.py"))


def names_of(tree: ast.AST) -> set[str]:
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    return imported | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}


def reads_a_body(tree: ast.AST) -> bool:
    """Whether it takes the field `body` out of a document."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key: ast.AST | None = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            key = node.args[0] if node.func.attr == "get" and node.args else None
        else:
            continue
        if isinstance(key, ast.Constant) and key.value == "body":
            return True
    return False


def test_a_stored_commit_is_decoded_at_the_door_alone() -> None:
    found = {
        str(path.relative_to(SHARED))
        for path in sources()
        if names_of(ast.parse(path.read_text("utf-8"))) & DECODES
    }
    assert found == AT_THE_DOOR - {"shared/eventlog/codec.py"}


def test_no_other_place_reads_the_body_of_a_stored_commit() -> None:
    opens = {
        str(path.relative_to(SHARED))
        for path in sources()
        if reads_a_body(ast.parse(path.read_text("utf-8")))
    }
    assert opens <= AT_THE_DOOR | {"shared/eventlog/door.py"} | set(READ_AS_THEY_ARE)


def test_a_reader_round_the_door_is_found() -> None:
    assert reads_a_body(ast.parse("json.loads(document['body'])"))
    assert reads_a_body(ast.parse("f(document.get('body'))"))
    assert names_of(ast.parse("from shared.eventlog.codec import decode_commit")) & DECODES


def commit_of(document: Mapping[str, Any]) -> Commit:
    commit = open_stored(document, None).commit
    assert commit is not None
    return commit


def test_what_is_stored_is_opened_again() -> None:
    assert a_door().believed([document_of(commit_of(FIRST))]) == [commit_of(FIRST)]
