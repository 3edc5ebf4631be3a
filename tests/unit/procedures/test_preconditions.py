"""A precondition that no paper proves is found on by the officer, not believed (R-067).

Exams passed and old fees settled are in the records of an office: the applicant says so, and the
decision is not to be had without a finding on it.
"""

from datetime import timedelta
from typing import Any

import pytest

from services.review.verdict import FindingsDisagree, FindingsIncomplete
from shared.case.facts.parts import Finding
from shared.case.review.verdict import CaseRefused
from tests.support.commands import at_review, review
from tests.support.given import START, rules
from tests.support.walking import OFFICER, Walk

CHECKED = {
    "003-019": ("exams-passed", "考试系统中没有您全部科目考试合格的记录"),
    "003-026": ("exams-passed", "考试系统中没有您增加准驾车型科目考试合格的记录"),
    "004-091": ("old-fees-settled", "2015年1月1日前的存档费用尚未结清"),
}


def proposing(item: str) -> Walk:
    """A case of the item at the officer who has to find."""
    walk = Walk(rules().catalogue.item(item), rules(), START + timedelta(days=1))
    walk.submit()
    return walk.until("proposal")


def found(walk: Walk, **met: bool) -> tuple[Finding, ...]:
    said = {one.code: True for one in walk.item.text.review.criteria}
    said |= {code.replace("_", "-"): value for code, value in met.items()}
    return tuple(Finding(criterion=code, met=value) for code, value in said.items())


def propose(walk: Walk, proposal: Any, findings: tuple[Finding, ...]) -> None:
    wish = review.ProposeDecision(proposal=proposal, findings=findings, **OFFICER)
    walk.do(at_review, wish)


@pytest.mark.requirement("R-067")
@pytest.mark.parametrize("item", CHECKED)
def test_nothing_is_decided_without_a_finding_on_the_precondition(item: str) -> None:
    walk, (code, told) = proposing(item), CHECKED[item]
    others = tuple(one for one in found(walk) if one.criterion != code)
    with pytest.raises(FindingsIncomplete) as refused:
        propose(walk, "approve", others)
    assert refused.value.fields["missing"] == [code]
    unmet = found(walk, **{code.replace("-", "_"): False})
    with pytest.raises(FindingsDisagree):
        propose(walk, "approve", unmet)
    propose(walk, "refuse", unmet)
    walk.refuse = True
    walk.until("closing")
    (decided,) = [one for one in walk.facts if isinstance(one, CaseRefused)]
    (reason,) = decided.reasons
    assert (reason.criterion, told in reason.text) == (code, True)


@pytest.mark.requirement("R-067")
@pytest.mark.parametrize("item", CHECKED)
def test_the_finding_stands_with_the_decision(item: str) -> None:
    walk, (code, _) = proposing(item), CHECKED[item]
    propose(walk, "approve", found(walk))
    assert Finding(criterion=code, met=True) in walk.case.proposal.fact.findings
