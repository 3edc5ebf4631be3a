"""A move of the log: what is refused, and how one that was killed is brought to a clean end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.embedded.home import Home, LaunchError
from deploy.embedded.keeping import moving
from deploy.embedded.keeping.copying import Contents, differences_of
from deploy.embedded.keeping.memory import KeptServer, Memory
from deploy.embedded.keeping.moving import move_log, settle_move
from deploy.embedded.launch import carry_log

TANSU = KeptServer("tansu")
OLD, NEW = "secantusd-py", "secantusd-rs"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose cases are in the old server."""
    one = Home(tmp_path)
    filled(one, OLD)
    Memory(KeptServer(OLD), TANSU, "caseledger").write(one)
    return one


def filled(home: Home, kind: str) -> None:
    home.data(kind).mkdir(parents=True)
    (home.data(kind) / "file").write_text(kind)


def nothing_said(_text: str) -> None:
    pass


def folders(home: Home) -> list[str]:
    return sorted(one.name.partition(".moved-")[0] for one in (home.path / "data").iterdir())


REFUSED: dict[str, tuple[Callable[[Home], object], str, str]] = {
    "no such kind": (lambda _: None, "mongod", "'mongod' is no kind of event log"),
    "there already": (lambda _: None, OLD, "are in secantusd-py already"),
    "the other holds data": (lambda home: filled(home, NEW), NEW, "data of another time"),
    "a server of theirs": (
        lambda home: Memory(
            KeptServer("external", address="mongodb://h/"), TANSU, "caseledger"
        ).write(home),
        NEW,
        "use its own tools",
    ),
    "never started": (
        lambda home: (home.path / "servers.json").unlink(),
        NEW,
        "remembers no servers yet",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_moved_is_said_and_nothing_is_touched(home: Home, name: str) -> None:
    change, to, words = REFUSED[name]
    change(home)
    before = folders(home)
    with pytest.raises(LaunchError, match=words) as refused:
        move_log(home, {}, to=to, say=nothing_said)
    assert refused.value.exit_code == 2
    assert folders(home) == before
    assert not (home.path / "moving.json").exists()


def test_a_running_system_is_not_moved(home: Home) -> None:
    with home.locked(), pytest.raises(LaunchError, match="is in use by another start"):
        carry_log(home, {}, to=NEW, say=nothing_said)


def test_killed_before_the_switch_the_copy_goes_and_the_old_one_stays(home: Home) -> None:
    moving._write_marker(home, NEW)
    filled(home, NEW)
    settle_move(home)
    assert folders(home) == [OLD]
    assert Memory.read(home) == Memory(KeptServer(OLD), TANSU, "caseledger")
    assert not (home.path / "moving.json").exists()


def test_killed_after_the_switch_the_old_one_is_put_aside_and_kept(home: Home) -> None:
    moving._write_marker(home, NEW)
    filled(home, NEW)
    Memory(KeptServer(NEW), TANSU, "caseledger").write(home)
    settle_move(home)
    (aside,) = (home.path / "data").glob(f"{OLD}.moved-*")
    assert (aside / "file").read_text() == OLD
    assert (home.data(NEW) / "file").read_text() == NEW
    assert not home.data(OLD).exists()
    settle_move(home)
    assert folders(home) == [OLD, NEW]


def test_killed_between_the_old_ones_new_name_and_the_end_nothing_more_happens(home: Home) -> None:
    moving._write_marker(home, NEW)
    Memory(KeptServer(NEW), TANSU, "caseledger").write(home)
    home.data(OLD).rename(home.data(f"{OLD}.moved-1"))
    filled(home, NEW)
    settle_move(home)
    assert folders(home) == [OLD, NEW]
    assert not (home.path / "moving.json").exists()


def test_without_a_memory_nothing_is_thrown_away(home: Home) -> None:
    moving._write_marker(home, NEW)
    filled(home, NEW)
    (home.path / "servers.json").unlink()
    settle_move(home)
    assert folders(home) == [OLD, NEW]


def test_what_differs_is_named() -> None:
    same = Contents(2, "aa", (("unique", "{}"),))
    before = {"a": same, "b": same, "c": same, "d": same, "e": same}
    after = {
        "a": same,
        "b": Contents(1, "aa", same.indexes),
        "c": Contents(2, "ab", same.indexes),
        "d": Contents(2, "aa", ()),
        "f": same,
    }
    assert differences_of(before, before) == ()
    assert differences_of(before, after) == (
        "b has 1 documents, not 2",
        "c differs in bytes",
        "d differs in indexes",
        "e is on one side only",
        "f is on one side only",
    )
