"""Which tests a run has: groups, what is drawn of the many alike, and how large the long ones are.

A run is either whole (`make long`, or pytest as it is) or drawn (`make test`, `.ci/run`,
`pytest --drawn`): then a seed chooses some of the tests that look for the same in another place.
The seed is printed in pytest's header; `CASELEDGER_TEST_SEED` repeats a draw.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEED = "CASELEDGER_TEST_SEED"


@dataclass(frozen=True)
class Group:
    """Test files that are run together: those whose path begins with one of `paths`."""

    name: str
    paths: tuple[str, ...]
    servers: bool = True


@dataclass(frozen=True)
class Alike:
    """Tests of one kind, each in another place: of them a drawn run has `drawn`."""

    kind: str
    begins: str
    drawn: int


GROUPS = (
    Group("unit", ("tests/unit/",), servers=False),
    Group("contract", ("tests/contract/",)),
    Group("integration", ("tests/integration/",)),
    Group("e2e", ("tests/e2e/",)),
    Group("pages", ("tests/pages/",)),
    Group("faults", ("tests/faults/",)),
)

ALIKE = (
    Alike("a process dies", "tests/faults/test_processes_die.py::test_row_", 4),
    Alike("a server fails", "tests/faults/test_servers_fail.py::test_row_", 4),
    Alike("a weakened system is red", "tests/faults/test_weakened.py::test_row_", 4),
    Alike("a storm of faults", "tests/faults/test_soak.py::test_", 1),
    Alike(
        "an item is walked on the running system", "tests/e2e/test_each_template.py::test_an_", 6
    ),
    Alike("a page is visited in a browser", "tests/pages/test_pages.py::test_a_page_", 9),
    Alike(
        "an item's questions are read at their steps",
        "tests/integration/cases/test_each_question.py::test_each_question_",
        40,
    ),
    Alike(
        "a case is asked for by everybody at each stage",
        "tests/integration/cases/test_each_cell.py::test_each_cell_",
        2,
    ),
    Alike("an item is walked in a browser", "tests/pages/test_walks.py::test_an_item_", 4),
    Alike("a killed process comes back", "tests/e2e/test_system.py::test_a_killed_process_", 2),
)

# The sizes of a drawn run. A whole run has those of the tests, and an environment overrules both.
SMALL: Mapping[str, str] = {
    "CASELEDGER_FAULT_CASES": "8",
    "CASELEDGER_KILLS": "8",
    "CASELEDGER_ROW50_POSTS": "1000",
    "CASELEDGER_SOAK_CASES": "25",
}

# The sizes of `make long` alone.
LARGE: Mapping[str, str] = {"CASELEDGER_OFFERED_STATES": "300"}

# Files that take minutes, the longest first: two processes that share the work end together.
LONGEST_FIRST = (
    "tests/faults/test_soak.py",
    "tests/faults/test_servers_fail.py",
    "tests/faults/test_processes_die.py",
    "tests/faults/test_weakened.py",
    "tests/integration/cases/test_what_is_offered.py",
    "tests/e2e/test_other_paths.py",
    "tests/e2e/test_each_template.py",
    "tests/e2e/test_system.py",
    "tests/e2e/test_bad_days.py",
)


def groups_of(path: str) -> list[Group]:
    """The groups of a test file: exactly one, or the table is wrong."""
    return [group for group in GROUPS if path.startswith(group.paths)]


def left_out(tests: Iterable[str], seed: int) -> frozenset[str]:
    """What a drawn run does without, of tests named `path::name`.

    Each kind is drawn by itself, so that the draw of one does not depend on what else is run.
    """
    known, found = sorted(tests), set[str]()
    for alike in ALIKE:
        own = [test for test in known if test.startswith(alike.begins)]
        chance = random.Random(f"{seed} {alike.kind}")  # noqa: S311 - to be repeated
        found |= set(own) - set(chance.sample(own, min(alike.drawn, len(own))))
    return frozenset(found)


def rank(test: str) -> int:
    """Where the file of a test comes in the order of a run."""
    path = test.partition("::")[0]
    return LONGEST_FIRST.index(path) if path in LONGEST_FIRST else len(LONGEST_FIRST)
