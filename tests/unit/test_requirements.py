"""The rows of docs/requirements.yaml and the marks on tests agree, and no row got worse."""

import re
from pathlib import Path

import msgspec
import pytest

from deploy.published.marks import RowMark, RowMarks, marks_of
from deploy.published.requirements import (
    DATA,
    ROOT,
    SIGNS,
    WAITING,
    Row,
    not_waiting,
    page,
    problems,
    read_rows,
    read_waiting,
)
from shared.security.permissions import TABLE

PARTS = read_rows(ROOT / DATA)
ROWS = {number: row for part in PARTS.values() for number, row in part.items()}
# How the field walk of 2026-11-29 judged the rows, part by part, in their order.
FIRST_JUDGED = (
    "◐●●●●◐●●○●●●●",  # A
    "◐◐○○○◐◐●●○◐",  # B
    "◐◐○◐◐◐◐●◐●●●◐○●●◐◐◐○●●●●●–○◐○●◐○",  # C
    "●●●●●●●◐○◐◐◐●●●–●●●●●◐",  # D
    "●●●●●◐◐●◐◐◐●◐●◐●●●●◐",  # E
    "●◐◐◐○○◐",  # F
    "●●◐◐○○○◐○○",  # G
    "●◐●●◐◐○●◐◐●●●○◐",  # H
    "●●●●●◐●●–◐●",  # I
    "◐○◐●○◐○◐◐○◐●○○◐◐",  # J
    "◐◐●◐●◐●●◐◐●",  # K
    "●●●●○◐●◐●◐●○",  # L
    "○◐◐●◐○◐○○◐–◐●",  # M
    "●●●●●––●●◐●◐◐●◐◐●",  # N
    "◐◐◐◐◐●●◐○◐",  # O
    "◐○○◐●●",  # P
    "●●◐●●●●◐○◐●●",  # Q
    "●●●◐●◐",  # R
    "––○◐○",  # S
    "●●●●●◐●",  # T
)
RANK = {"○": 0, "◐": 1, "●": 2}


def test_the_rows_and_the_marks_go_together() -> None:
    assert problems(PARTS, marks_of(ROOT / "tests")) == []


def test_each_open_row_that_the_items_reach_says_what_it_waits_for() -> None:
    waiting = read_waiting(ROOT / WAITING)
    assert all(text.strip() for text in waiting.values())
    assert not_waiting(PARTS, waiting) == []
    fewer = {number: text for number, text in waiting.items() if number != "R-017"}
    assert not_waiting(PARTS, fewer) == ["R-017 does not say what it waits for"]
    assert not_waiting(PARTS, {**waiting, "R-001": "nothing"}) == [
        "R-001 waits for something and is not open"
    ]


def test_all_256_rows_are_there_once_and_in_their_order() -> None:
    assert list(ROWS) == [f"R-{n:03}" for n in range(1, 257)]
    assert [title[:3] for title in PARTS] == [f"{letter}. " for letter in "ABCDEFGHIJKLMNOPQRST"]
    assert all(row.text and row.quotes for row in ROWS.values())


def test_no_row_is_worse_than_when_it_was_first_judged() -> None:
    assert [len(part) for part in PARTS.values()] == [len(part) for part in FIRST_JUDGED]
    signs = [SIGNS[row.state] for row in ROWS.values()]
    worse = [
        f"{number} was {first} and is {now}"
        for number, first, now in zip(ROWS, "".join(FIRST_JUDGED), signs, strict=True)
        if (first == "–") != (now == "–") or RANK.get(now, 0) < RANK.get(first, 0)
    ]
    assert worse == []


@pytest.mark.parametrize("number", [n for n, row in ROWS.items() if row.seen_by])
def test_every_call_by_which_a_row_is_seen_is_a_route(number: str) -> None:
    """Commands that the page names are held against the command line by `test_published`."""
    rules = {(one.method, one.rule) for one in TABLE}
    calls = re.findall(r"\b(GET|POST) (/v1/[^\s,;]+)", ROWS[number].seen_by)
    for method, path in calls:
        shapes = {re.sub(r"\{[^}]*\}", "[^/]+", rule) for verb, rule in rules if verb == method}
        assert any(re.fullmatch(shape, path) for shape in shapes), f"{method} {path}"
    assert calls or "`caseledger " in ROWS[number].seen_by


# --- what a mark is, and when it counts


def read(folder: Path, source: str, name: str = "test_made_up.py") -> RowMarks:
    tests = folder / "tests"
    tests.mkdir(exist_ok=True)
    (tests / name).write_text(f"import pytest\n{source}", encoding="utf-8")
    return marks_of(tests)


def test_a_mark_names_rows_and_counts_where_its_test_runs(tmp_path: Path) -> None:
    source = """
@pytest.mark.requirement("R-001", "R-002")
@pytest.mark.parametrize("n", [1])
def test_one(n):
    assert n

class TestMore:
    @pytest.mark.requirement("R-003")
    def test_two(self):
        assert True
"""
    assert read(tmp_path, source) == RowMarks(
        (
            RowMark("R-001", "tests/test_made_up.py", "test_one", ""),
            RowMark("R-002", "tests/test_made_up.py", "test_one", ""),
            RowMark("R-003", "tests/test_made_up.py", "TestMore::test_two", ""),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("before", "body", "why"),
    [
        ("@pytest.mark.skip(reason='x')", "assert True", "marked skip"),
        ("@pytest.mark.xfail", "assert True", "marked xfail"),
        ("@pytest.mark.skipif(True, reason='x')", "assert True", "marked skipif"),
        ("@pytest.mark.real_kafka", "assert True", "marked real_kafka"),
        ("@slow", "assert True", "marked skipif"),
        ("", "pytest.skip('x')", "may call pytest.skip"),
    ],
)
def test_a_mark_on_a_test_that_may_not_run_does_not_count(
    tmp_path: Path, before: str, body: str, why: str
) -> None:
    source = f"""
slow = pytest.mark.skipif(True, reason="x")
{before}
@pytest.mark.requirement("R-001")
def test_one():
    {body}
"""
    found = read(tmp_path, source)
    assert [mark.why_not for mark in found.found] == [why]
    assert [text for text in told(found) if "R-001" in text] == [
        f"R-001 is ● and no test proves it: test_one is {why}"
    ]


def test_a_mark_of_the_whole_file_that_skips_takes_every_mark_of_it(tmp_path: Path) -> None:
    source = """
pytestmark = [pytest.mark.xfail]
@pytest.mark.requirement("R-001")
def test_one():
    assert True
"""
    assert [mark.why_not for mark in read(tmp_path, source).found] == ["marked xfail"]


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.requirement\ndef test_one(): ...",
        "@pytest.mark.requirement()\ndef test_one(): ...",
        "@pytest.mark.requirement(87)\ndef test_one(): ...",
        "@pytest.mark.requirement(number='R-001')\ndef test_one(): ...",
        "ROW = 'R-001'\n@pytest.mark.requirement(ROW)\ndef test_one(): ...",
        "@pytest.mark.requirement('R-001')\ndef helper(): ...",
        "@pytest.mark.requirement('R-001')\nclass TestOne:\n    def test_one(self): ...",
        "pytestmark = pytest.mark.requirement('R-001')\ndef test_one(): ...",
        "row = pytest.mark.requirement('R-001')\n@row\ndef test_one(): ...",
    ],
)
def test_a_mark_that_is_written_wrongly_is_named_by_its_line(tmp_path: Path, source: str) -> None:
    found = read(tmp_path, source)
    assert len(found.malformed) == 1
    assert found.malformed[0].startswith("tests/test_made_up.py:")
    assert found.malformed[0] in told(found)


def test_a_mark_in_a_file_that_holds_no_tests_is_wrong(tmp_path: Path) -> None:
    source = "@pytest.mark.requirement('R-001')\ndef test_one(): ..."
    assert len(read(tmp_path, source, name="helpers.py").malformed) == 1


# --- what does not go together is told


def row(**changes: object) -> Row:
    fields: dict[str, object] = {
        "text": "What is asked for.",
        "stated": True,
        "quotes": ("000「…」",),
        "state": "works",
        "seen_by": "GET /v1/items",
        "found": "seen",
        "judged_by": "somebody",
    }
    return msgspec.convert({**fields, **changes}, Row)


def told(marks: RowMarks, **changes: object) -> list[str]:
    return problems({"A. Part": {"R-001": row(**changes)}}, marks)


PROVEN = RowMarks((RowMark("R-001", "tests/test_x.py", "test_one", ""),), ())


def test_a_row_that_works_with_a_call_a_judge_and_a_test_has_no_problem() -> None:
    assert told(PROVEN) == []


def test_a_mark_of_no_row_is_told() -> None:
    wrong = RowMarks((*PROVEN.found, RowMark("R-999", "tests/test_x.py", "test_two", "")), ())
    assert told(wrong) == ["tests/test_x.py: test_two names R-999, which is no row"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"judged_by": " "}, "does not say who judged it"),
        ({"found": ""}, "does not say who judged it"),
        ({"seen_by": ""}, "names no call or screen"),
    ],
)
def test_a_row_without_its_judge_or_its_call_is_told(
    changes: dict[str, object], sentence: str
) -> None:
    (problem,) = told(PROVEN, **changes)
    assert sentence in problem


def test_only_a_row_that_works_needs_a_test() -> None:
    nothing = RowMarks((), ())
    assert told(nothing) == ["R-001 is ● and no test proves it"]
    assert told(nothing, state="part", seen_by="") == []


@pytest.mark.parametrize(
    "line",
    ["    state: fine", "    states: works", "    stated: perhaps"],
    ids=["state", "field", "stated"],
)
def test_a_row_that_is_not_as_it_should_be_is_refused(tmp_path: Path, line: str) -> None:
    text = (ROOT / DATA).read_text("utf-8")
    field = line.strip().partition(":")[0].replace("states", "state")
    changed = re.sub(rf"^    {field}: .*$", line, text, count=1, flags=re.MULTILINE)
    path = tmp_path / "rows.yaml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(msgspec.ValidationError):
        read_rows(path)


def test_the_page_has_every_row_with_its_sign_and_its_tests() -> None:
    shown = page()
    for number, one in ROWS.items():
        assert f"| {number} | {SIGNS[one.state]} | " in shown
    assert "`test_the_rows_and_the_marks_go_together`" not in shown
    assert "`test_a_miss_starts_the_follow_up_limit_r088`" in shown
