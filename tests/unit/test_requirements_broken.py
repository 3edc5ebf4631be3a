"""The edits that break the rows fit the source, and a broken row is told from a broken tree."""

from argparse import Namespace

import pytest

from deploy.published.marks import RowMark
from deploy.published.requirements import DATA, read_rows
from tests.broken import ROOT, Edit, edits, places
from tests.broken.__main__ import drawn, proofs_of, verdict

EDITS = edits()
ROWS = {n: row for part in read_rows(ROOT / DATA).values() for n, row in part.items()}


@pytest.mark.parametrize("row", EDITS)
def test_the_text_of_an_edit_stands_once_in_the_source(row: str) -> None:
    edit = EDITS[row]
    assert edit.before != edit.after
    assert len(list(places(edit, ROOT))) == 1, [str(path) for path in places(edit, ROOT)]


def test_every_row_that_works_can_be_broken() -> None:
    assert {number for number, row in ROWS.items() if row.state == "works"} <= set(EDITS)
    assert set(EDITS) <= set(ROWS)


def test_a_text_in_two_files_or_in_none_is_seen() -> None:
    assert len(list(places(Edit(before="calendar: xinjiang", after=""), ROOT))) > 1
    assert len(list(places(Edit(before="calendar: xinjiang", after="", item="000-01"), ROOT))) == 1
    assert list(places(Edit(before="no such " + "text", after=""), ROOT)) == []


@pytest.mark.parametrize(
    ("status", "output", "wrong"),
    [
        (1, "FAILED tests/unit/test_x.py::test_one - assert 1 == 2", ""),
        (0, "1 passed", "STAYS GREEN"),
        (1, "ERROR tests/unit/test_x.py::test_one", "ENDS WITH 1 AND NO FAILED TEST"),
        (2, "", "ENDS WITH 2 AND NO FAILED TEST"),
        (
            1,
            "FAILED tests/unit/test_x.py::test_one - CatalogueError: x",
            "FAILS FOR ANOTHER REASON",
        ),
        (4, "", "ENDS WITH 4 AND NO FAILED TEST"),
    ],
)
def test_only_a_test_that_fails_for_the_row_is_red(status: int, output: str, wrong: str) -> None:
    assert verdict(status, output) == wrong


def test_unit_tests_prove_a_row_alone_where_there_are_any() -> None:
    marks = [
        RowMark("R-001", "tests/integration/test_x.py", "test_far", ""),
        RowMark("R-002", "tests/integration/test_x.py", "test_far", ""),
        RowMark("R-002", "tests/unit/test_y.py", "test_near", ""),
        RowMark("R-002", "tests/unit/test_y.py", "test_skipped", "marked skip"),
    ]
    assert proofs_of(marks, "R-001") == ["tests/integration/test_x.py::test_far"]
    assert proofs_of(marks, "R-002") == ["tests/unit/test_y.py::test_near"]
    assert proofs_of(marks, "R-003") == []


def test_a_seed_draws_the_same_rows_again(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Namespace(row=None, all=False, rows=20, seed=7)
    assert drawn(EDITS, asked) == drawn(EDITS, asked)
    assert len(drawn(EDITS, asked)) == 20
    assert drawn(EDITS, asked) != drawn(EDITS, Namespace(row=None, all=False, rows=20, seed=8))
    assert "seed 7" in capsys.readouterr().out
