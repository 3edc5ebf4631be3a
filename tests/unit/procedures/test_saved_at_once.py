"""Where the source says that what passes the checks is saved, the system saves it (R-038)."""

from typing import Any

import msgspec
import pytest

from services.intake.application.submission import ApplicationFaulty
from services.notify.words.outcomes import approved
from services.review.assignment import OpenReview, open_review
from shared.case import ending, status
from shared.case.issuance.record import ResultRecorded
from shared.case.review.verdict import CaseApproved
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.choosing import Choices
from tests.support.given import START, history, rules
from tests.support.walking import Walk
from tests.unit.catalogue.test_remedies import told

CONTACT = packaged_catalogue().item("000-20")
CHANGED = ("mobile", "email", "postcode", "address")
NEW = {
    "new-mobile": "13900001111",
    "new-email": "somebody@example.com",
    "new-postcode": "830000",
    "new-contact-address": "样例街1号",
    "vehicles": "all",
}


def walked(**answers: Any) -> Walk:
    walk = Walk(CONTACT, rules(), START)
    walk.submit(situations=CHANGED, answers={**NEW, **answers})
    return walk


@pytest.mark.requirement("R-038")
def test_a_right_value_is_saved_without_an_officer() -> None:
    walk = walked().to_the_end()
    assert not {"assignment", "proposal", "decision"} & {*walk.seen}
    (granted,) = [one for one in walk.facts if isinstance(one, CaseApproved)]
    assert granted.officer == "system"
    assert [(one.criterion, one.met) for one in granted.findings] == [("valid", True)]
    (entered,) = [one for one in walk.facts if isinstance(one, ResultRecorded)]
    assert (entered.result, entered.officer) == ("vehicle-owner-contact", "system")
    assert (status(walk.case), ending(walk.case)) == ("closed", "saved")
    words = approved(granted, walk.case, CONTACT)
    assert words["title_zh"] == "保存成功"
    assert words["said_zh"] + words["then_zh"] == (
        "已通过系统验证，保存成功。机动车所有人联系方式已经更新。"
    )


@pytest.mark.requirement("R-038")
@pytest.mark.parametrize(
    ("question", "wrong", "said"),
    [
        ("new-mobile", "110", "电话"),
        ("new-mobile", "0991-3689950", "须填写能够接收短信的手机号码"),
        ("new-mobile", "4008001234", "不能填写固定电话、服务热线"),
        ("vehicle-model", "\u200b", "可见"),
        ("new-email", "somebody", "电子邮箱"),
        ("new-email", "a@b.invalid", "电子邮箱"),
        ("new-postcode", "83000", "六位数字"),
        ("new-postcode", "八三零零零零", "六位数字"),
        ("new-contact-address", "\u200b", "可见"),
    ],
)
def test_a_wrong_value_is_told_and_nothing_is_saved(question: str, wrong: str, said: str) -> None:
    with pytest.raises(ApplicationFaulty) as refused:
        walked(**{"vehicles": "one", "vehicle-model": "某牌某型", question: wrong})
    (fault,) = refused.value.fields["faults"]
    assert fault["pointer"] == f"/facts/{question}"
    assert said in fault["detail_zh"]


@pytest.mark.requirement("R-038")
def test_one_of_several_vehicles_is_named_and_all_of_them_are_not() -> None:
    for answers, code in (
        ({"vehicles": "one"}, "fact-missing"),
        ({"vehicles": "all", "vehicle-model": "某牌某型"}, "fact-unknown"),
    ):
        with pytest.raises(ApplicationFaulty) as refused:
            walked(**answers)
        (fault,) = refused.value.fields["faults"]
        assert (fault["code"], fault["pointer"]) == (code, "/facts/vehicle-model")
    assert walked(**{"vehicles": "one", "vehicle-model": "某牌某型"}).case.open


def test_a_case_from_before_waits_for_its_officer() -> None:
    """The stages that were recorded with the submission hold."""
    review = msgspec.structs.replace(CONTACT.text.review, decided_by=None)
    before = msgspec.structs.replace(
        CONTACT, text=msgspec.structs.replace(CONTACT.text, review=review)
    )
    then = rules().stages(before, Choices(situations=frozenset(CHANGED)), "electronic")
    walk = walked()
    walk.until("review-opening")
    first = msgspec.structs.replace(walk.facts[0], stages=then)
    case = history(first, *walk.facts[1:])
    opened = open_review(case, OpenReview(), rules(), START)
    assert [type(one).TYPE for one in opened] == ["review.ReviewOpened"]


SAVED = {"decided_by": "system", "criteria": []}
BY_SYSTEM = {"decided_by": "system"}
ENTRY = {"code": "entry", "name": "登记", "kind": "record"}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"acceptance": BY_SYSTEM, "results": [ENTRY]}, ""),
        ({"acceptance": {"decided_by": "officer"}, "results": [ENTRY]}, "accepted by the system"),
        ({"results": [ENTRY]}, "accepted by the system"),
        ({"acceptance": BY_SYSTEM, "results": [{**ENTRY, "kind": "document"}]}, "entries of a"),
        ({"acceptance": BY_SYSTEM, "results": [{**ENTRY, "kind": "payment"}]}, "entries of a"),
    ],
)
def test_a_file_lets_the_system_decide_only_what_it_can_enter(
    more: dict[str, Any], sentence: str
) -> None:
    found = told(review=SAVED, **more)
    assert sentence in found
    assert bool(found) == bool(sentence)
