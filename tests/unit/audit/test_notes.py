"""Signed notes in the form that C2SP and Go's sumdb use, so that others can check and cosign."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.signed.notes import (
    BadNote,
    Checkpoint,
    Head,
    PublicKey,
    SigningKey,
    key_id,
    open_checkpoint,
    open_head,
    split_note,
)
from tests.support.audit_world import signing_key

# The example of golang.org/x/mod/sumdb/note: somebody else's key, text and signature.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)
KEY = signing_key()
ROOT = hashlib.sha256(b"root").digest()


def lane_note(size: int = 5, lane: int = 3, key: SigningKey = KEY) -> str:
    origin = f"{key.installation}/lane/{lane}"
    return key.sign(Checkpoint(origin, size, ROOT).text(), name=origin)


def test_a_note_that_go_signed_opens_with_the_key_that_go_wrote() -> None:
    key = PublicKey.parse(PETER)
    text = key.open(PETERS_NOTE, name="PeterNeumann")
    assert text.endswith("what your problem is.\n")
    assert key.text() == PETER


def test_a_checkpoint_has_the_three_lines_of_the_specification() -> None:
    origin, size, root, empty, signature, end = lane_note().split("\n")
    assert (origin, size, root) == (
        "test.example/caseledger/lane/3",
        "5",
        base64.b64encode(ROOT).decode(),
    )
    assert (empty, end) == ("", "")
    name, code = signature.removeprefix("— ").split(" ")
    assert name == origin
    raw = base64.b64decode(code)
    wanted = hashlib.sha256(origin.encode() + b"\n\x01" + KEY.public.public).digest()[:4]
    assert (raw[:4], len(raw)) == (wanted, 68)


def test_what_is_signed_opens() -> None:
    assert open_checkpoint(KEY.public, 3, lane_note()).size == 5
    head = Head(KEY.installation, ((5, ROOT), (0, ROOT)), "2026-11-21T16:00:00.000000Z")
    note = KEY.sign(head.text(), name=f"{KEY.installation}/head")
    assert open_head(KEY.public, note) == head


def test_cosignatures_of_witnesses_do_not_disturb() -> None:
    witness = signing_key("witness", "witness.example")
    note = lane_note()
    cosigned = note + witness.sign(split_note(note)[0], name="witness.example").split("\n\n")[1]
    assert open_checkpoint(KEY.public, 3, cosigned).size == 5
    assert witness.public.open(cosigned, name="witness.example").startswith(KEY.installation)


def test_an_older_key_of_the_same_name_does_not_disturb() -> None:
    """Given a note that carries the signatures of two keys, as while keys are exchanged."""
    old = signing_key("old")
    text, ours = lane_note().split("\n\n")
    both = lane_note(key=old) + ours
    assert text in both
    assert open_checkpoint(KEY.public, 3, both).size == 5
    assert open_checkpoint(old.public, 3, both).size == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n5\n", "\n6\n"),
        lambda note: note.replace("/lane/3\n", "/lane/4\n", 1),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note + "more\n",
        lambda note: note[:-1],
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("\n5\n", "\n5\r\n"),
        lambda note: note[:0],
        lambda note: note.split("\n\n")[0] + "\n\n" + note.split("\n\n")[1] * 101,
    ],
)
def test_whatever_was_done_to_a_note_it_does_not_open(spoil: object) -> None:
    with pytest.raises(BadNote):
        open_checkpoint(KEY.public, 3, spoil(lane_note()))  # type: ignore[operator]


def test_a_note_of_another_key_or_lane_does_not_open() -> None:
    for note in (lane_note(key=signing_key("other")), lane_note(lane=4)):
        with pytest.raises(BadNote, match="not signed by"):
            open_checkpoint(KEY.public, 3, note)


def test_a_lane_cannot_pass_for_another_even_under_the_right_name() -> None:
    text = Checkpoint(f"{KEY.installation}/lane/9", 5, ROOT).text()
    note = KEY.sign(text, name=f"{KEY.installation}/lane/3")
    with pytest.raises(BadNote, match="speaks of"):
        open_checkpoint(KEY.public, 3, note)


@pytest.mark.parametrize("size", ["05", "-1", "1_0", " 5", "5 ", "٥", "", "1" * 30])
def test_a_size_is_a_plain_decimal_number(size: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(f"x\n{size}\n{base64.b64encode(ROOT).decode()}\n")


@pytest.mark.parametrize(
    "text",
    [
        "x/head\nlanes 2\n0 1 {root}\nsigned now\n",
        "x/head\nlanes 1\n1 1 {root}\nsigned now\n",
        "x/head\nlanes 1\n0 1\nsigned now\n",
        "x/head\nlanes 1\n0 1 {root}\n",
        "x/lane/1\nlanes 1\n0 1 {root}\nsigned now\n",
        "x/head\nlanes 1\n0 1 AAAA\nsigned now\n",
    ],
)
def test_a_head_note_lists_every_lane_in_order(text: str) -> None:
    with pytest.raises(BadNote):
        Head.parse(text.format(root=base64.b64encode(ROOT).decode()))


def test_the_same_text_gives_the_same_note() -> None:
    """Two checkpointers that sign the same tree write the same bytes."""
    assert lane_note() == lane_note()


def test_a_key_is_bound_to_its_name() -> None:
    with pytest.raises(BadNote):
        PublicKey.parse(PETER.replace("PeterNeumann", "PeterNewman"))
    with pytest.raises(ValueError, match="plus"):
        PublicKey("a+b", ROOT)
    assert key_id("a", ROOT) != key_id("b", ROOT)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=1000), max_size=60))
def test_every_text_that_can_be_signed_opens_as_it_was(text: str) -> None:
    note = KEY.sign(text + "\n", name="x")
    assert KEY.public.open(note, name="x") == text + "\n"


@given(st.text(max_size=200))
def test_rubbish_is_a_bad_note_and_nothing_else(text: str) -> None:
    with pytest.raises(BadNote):
        KEY.public.open(text, name="x")
