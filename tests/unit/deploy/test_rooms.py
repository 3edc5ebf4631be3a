"""Every room is small enough to be seen at once, and says in one sentence what it is."""

from pathlib import Path

import pytest

from deploy.published.rooms_page import TOPS, modules_of, page, rooms, sentence_of

ROOT = Path(__file__).parents[3]
ROOMS = [room for top in TOPS for room in rooms(ROOT, top)]
MOST_MODULES = 12


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_a_room_has_no_more_than_a_dozen_modules(room: Path) -> None:
    names = [path.stem for path in modules_of(ROOT / room)]
    assert len(names) <= MOST_MODULES, f"{room} has {len(names)}: give what belongs together a room"


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_a_room_says_in_one_sentence_what_it_is(room: Path) -> None:
    sentence = sentence_of(ROOT / room)
    assert sentence.endswith("."), room
    assert ". " not in sentence, f"{room} says more than one sentence first"


def test_every_folder_with_code_is_a_room() -> None:
    folders = {path.parent.relative_to(ROOT) for top in TOPS for path in (ROOT / top).rglob("*.py")}
    assert folders == set(ROOMS)


def test_a_full_room_is_found(tmp_path: Path) -> None:
    """The rule itself: thirteen modules are one too many, and the page counts them."""
    for top in TOPS:
        (tmp_path / top).mkdir()
        (tmp_path / top / "__init__.py").write_text('"""A room."""\n', encoding="utf-8")
    for number in range(MOST_MODULES + 1):
        (tmp_path / "shared" / f"m{number}.py").write_text("", encoding="utf-8")
    assert len(modules_of(tmp_path / "shared")) == MOST_MODULES + 1
    assert "| `shared` | A room. | 13 |" in page(tmp_path)
