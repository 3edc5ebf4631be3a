"""Which log may be used with which keys: what was seen, and what follows from it."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.belonging.claiming import SeenLog, log_place, verdict
from deploy.belonging.names import keep_id, kept_id
from deploy.belonging.traces import Traces
from shared.config import Settings

KEYS = Path("/keys")
FIRST = SeenLog(place="The database p on h", keys=KEYS)
OURS = replace(FIRST, kept="a", named="a", vault=True, empty=False)
MARKS = Traces(binding=("the marks of its readers (p_work.marks)",))
OUTBOX = Traces(left=("messages that were sent (/outbox)",))

FINE = {
    "a first start": FIRST,
    "ours": OURS,
    "ours, nothing written yet": replace(OURS, empty=True),
    "ours, a message lies in the outbox of a log that is still empty": replace(
        OURS, empty=True, traces=OUTBOX
    ),
    "of before, without names": replace(FIRST, empty=False),
    "named, but killed before the id was kept": replace(FIRST, named="a", vault=True),
    "restored from a copy of before the name": replace(FIRST, kept="a", empty=False),
}


@pytest.mark.parametrize("name", FINE)
def test_what_may_be_used(name: str) -> None:
    assert verdict(FINE[name]) == ""
    assert verdict(FINE[name], anew=True) == ""


REFUSED = {
    "another installation's": (replace(OURS, stranger=True), False, "another installation"),
    "another log of ours": (replace(OURS, named="b"), False, "the log b"),
    "gone, its keys are here": (replace(FIRST, kept="a"), True, "the log a"),
    "emptied under its positions": (replace(OURS, empty=True, traces=MARKS), False, "marks"),
    "an empty one beside marks": (replace(FIRST, traces=MARKS), False, "p_work.marks"),
    "an empty one beside an outbox": (replace(FIRST, traces=OUTBOX), True, "/outbox"),
    "its vault is elsewhere": (replace(OURS, vault=False), False, "CASELEDGER_VAULT_URI"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_whether_it_may_begin_anew(name: str) -> None:
    seen, may_begin, word = REFUSED[name]
    sentence = verdict(seen)
    assert word in sentence
    assert "\n" not in sentence
    assert (verdict(seen, anew=True) == "") is may_begin
    assert ("--empty" in sentence) is may_begin


def test_several_traces_are_one_sentence() -> None:
    found = verdict(replace(FIRST, traces=Traces(left=("one", "two", "three"))))
    assert "there are one, two and three: " in found


def test_the_id_is_kept_beside_the_keys_whole(tmp_path: Path) -> None:
    assert kept_id(tmp_path) == ""
    keep_id(tmp_path, "a" * 32)
    keep_id(tmp_path, "b" * 32)
    assert kept_id(tmp_path) == "b" * 32
    assert [path.name for path in tmp_path.iterdir()] == ["log.id"]


def test_the_place_names_no_password() -> None:
    settings = Settings.from_env({"CASELEDGER_LOG_URI": "mongodb://u:secret@a:1,b:2/?x=y"})
    assert log_place(settings) == "The database caseledger on a:1,b:2"
