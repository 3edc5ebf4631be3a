"""Who gives a paper: the office that was chosen, else the authority as the source prints it."""

import pytest
from msgspec.structs import replace

from services.issuance.papers.drawn.content import HolderData, PaperMatter
from services.issuance.papers.drawn.kinds import content_of
from services.issuance.papers.sheets import sheets_of
from shared.case.issuance.paper import PaperKind
from shared.catalogue import packaged_catalogue
from tests.support import histories as h
from tests.support.given import START, history, rules, submitted

CARD = packaged_catalogue().item("000-01")
POINT, CALLED = "public-security-650102-1", "乌鲁木齐市天山区办证点"


@pytest.mark.parametrize(("office", "by"), [(CALLED, CALLED), ("", CARD.text.department_name)])
@pytest.mark.parametrize("kind", ["receipt", "acceptance"])
def test_a_paper_is_of_the_office_that_was_chosen(kind: PaperKind, office: str, by: str) -> None:
    case = history(*h.submitted(), *h.paid(), *h.accepted())
    stated = PaperMatter(case=case, item=CARD, at=START, office=office)
    assert content_of(kind, stated, HolderData(name="测试甲")).authority == by


@pytest.mark.parametrize(("office", "called"), [(POINT, CALLED), ("", ""), ("gone-away", "")])
def test_an_office_is_called_by_its_name_and_never_by_its_code(office: str, called: str) -> None:
    case = history(replace(submitted(), office=office))
    assert rules().office_called(case) == called
    (receipt,) = sheets_of(case, (), {})
    assert receipt.stated(case, CARD, called).authority == (called or CARD.text.department_name)
