"""Which tests a run has: each file in one group, some of each kind, the same by the same seed."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import selection

ROOT = Path(__file__).parents[3]
FILES = sorted(one.relative_to(ROOT).as_posix() for one in (ROOT / "tests").rglob("test_*.py"))
SEEDS = range(200)


@pytest.fixture(scope="module")
def alike() -> dict[str, list[str]]:
    """The tests of each kind, as pytest names them."""
    files = sorted({one.begins.partition("::")[0] for one in selection.ALIKE})
    ran = subprocess.run(
        (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line for line in ran.stdout.splitlines() if "::" in line]
    return {
        one.kind: [name for name in names if name.startswith(one.begins)] for one in selection.ALIKE
    }


def every(alike: dict[str, list[str]]) -> Iterator[str]:
    for names in alike.values():
        yield from names


@pytest.mark.parametrize("path", FILES)
def test_every_test_file_belongs_to_one_group(path: str) -> None:
    assert len(selection.groups_of(path)) == 1


def test_every_group_has_tests_and_every_path_is_there() -> None:
    for group in selection.GROUPS:
        for path in group.paths:
            assert any(file.startswith(path) for file in FILES), path
    assert set(selection.LONGEST_FIRST) <= set(FILES)


def test_every_kind_has_more_tests_than_are_drawn_and_no_test_is_of_two(
    alike: dict[str, list[str]],
) -> None:
    for one in selection.ALIKE:
        assert 1 <= one.drawn < len(alike[one.kind]), one.kind
    assert max(Counter(every(alike)).values()) == 1


def test_a_draw_has_as_many_of_each_kind_as_the_table_says(alike: dict[str, list[str]]) -> None:
    everything = [*every(alike), "tests/unit/x.py::test_other"]
    for seed in SEEDS:
        kept = set(everything) - selection.left_out(everything, seed)
        assert "tests/unit/x.py::test_other" in kept
        for one in selection.ALIKE:
            assert len(kept.intersection(alike[one.kind])) == one.drawn


def test_every_test_is_drawn_by_some_seed(alike: dict[str, list[str]]) -> None:
    everything = list(every(alike))
    never = set(everything)
    for seed in SEEDS:
        never &= selection.left_out(everything, seed)
    assert never == set()


def test_a_draw_is_repeated_by_its_seed_whatever_else_is_run(alike: dict[str, list[str]]) -> None:
    everything = list(every(alike))
    one_kind = alike[selection.ALIKE[0].kind]
    out = selection.left_out(everything, 7)
    assert selection.left_out(reversed(everything), 7) == out
    assert selection.left_out(one_kind, 7) == out & set(one_kind)


def test_the_longest_files_come_first_and_the_rest_as_it_was() -> None:
    names = ["tests/unit/a.py::b", "tests/unit/a.py::a", f"{selection.LONGEST_FIRST[1]}::x"]
    names.append(f"{selection.LONGEST_FIRST[0]}::x")
    assert sorted(names, key=selection.rank) == [names[3], names[2], names[0], names[1]]
