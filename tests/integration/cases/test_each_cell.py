"""Every cell of class x duty x stage by one call with a canary (ADR 19, docs/data-classes.md)."""

from pathlib import Path

import pytest

from services.intake.application.parties import applicant
from shared.case.reading.stage import ReadingStage
from shared.config import Databases
from shared.security.data_classes import DataClass
from shared.security.permissions import Kind
from tests.support.cells.by_hand import MUST, NOBODY
from tests.support.cells.canaries import sealed_as_ever
from tests.support.cells.courses import COURSES, NOT_THERE, letters, rules_for
from tests.support.cells.routes import READINGS, TRIALS, rows_of
from tests.support.cells.walk import CellWalk
from tests.support.path_world import Path4


def test_every_reading_route_has_its_place() -> None:
    assert set(READINGS) == set(rows_of(Kind.READ))
    assert set(TRIALS) == set(rows_of(Kind.TRIAL))


def test_every_cell_that_anybody_reads_is_reached_by_a_course() -> None:
    """Each class is there at each stage in some course, or it is said why it never is."""
    for data_class in DataClass:
        letters = {must.get(data_class, NOBODY) for must in MUST.values()}
        never, why = NOT_THERE.get(data_class, (NOBODY, "it is there"))
        for n, stage in enumerate(ReadingStage):
            there = any("x" in one.there.get(data_class, NOBODY)[n] for one in COURSES.values())
            read = any(letter[n] != "." for letter in letters)
            assert there != (never[n] == "x") or not read, (data_class, stage, why)


@pytest.fixture
def walk(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> CellWalk:
    course = COURSES[name]
    monkeypatch.setattr(applicant, "sealed_by_class", sealed_as_ever)
    return CellWalk(Path4(databases, tmp_path, rules=rules_for(course)), course.item)


@pytest.mark.mongo
@pytest.mark.timeout(900)  # everybody asks by every route, some fifteen times
@pytest.mark.parametrize("name", COURSES)
def test_each_cell_opens_for_whom_it_is(
    walk: CellWalk,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    course = COURSES[name]
    course.carry(walk)
    walk.ended(lambda: caplog.text + "".join(capsys.readouterr()))
    assert letters(walk.at.reached) == course.there
    assert GIVING[name] == {rule for rule, _ in walk.at.unrecorded}


# Of which routes it was seen that they give nothing where the reading cannot be recorded.
SEALED = {rule for (_, rule), one in READINGS.items() if one.kind not in {"", "voucher"}}
LABEL, DRAFT = "/v1/issuance/{case}", "/v1/reviews/{case}/draft"
MAKER, DESK = "/v1/issuance/{case}/application", "/v1/reviews/{case}/application"
GIVING = {
    "a card that is posted": SEALED,
    "a licence that is collected": SEALED - {LABEL},
    "a licence that is refused": SEALED - {LABEL, MAKER},
    "a card that is withdrawn": SEALED - {LABEL, MAKER, DRAFT},
    "a licence that is not accepted": SEALED - {LABEL, MAKER, DRAFT},
}
