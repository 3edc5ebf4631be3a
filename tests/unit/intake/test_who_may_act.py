"""Who may act for another without anybody looking at a proof, and for which party a sign-in speaks.

A guardian of somebody of age has a proof that a counter sees; where the system alone decides nobody
would look at an agent's either; and who signed in for an organisation applies for that one.
"""

from pathlib import Path
from typing import Any

import pytest

from services.intake.application import submission
from services.intake.application.checking import faults
from services.intake.application.submission import ApplicationFaulty
from services.intake.files.uploads import handed
from services.intake.items.check import CheckSchema, tried_out
from shared.case import Rules
from shared.catalogue import packaged_catalogue
from shared.clock import packaged_calendars
from shared.http import Problem
from shared.security.principal import ActsFor, Principal
from tests.support.commands import at_intake as decide
from tests.support.given import given
from tests.support.made_up import acting_for, numbered
from tests.unit.intake.test_decisions import application
from tests.unit.intake.test_form_agrees import NOW, TODAY
from tests.unit.intake.test_items_api import ACTING, COMPANY, PERSON, World, world_of

CHILD, OLDER = numbered("650102", "20121211"), numbered("650102", "20081110")
NOT_YET, PASSPORT = numbered("650102", "20081111"), {"id_kind": "passport", "id_number": "C1234567"}
SAID = {"guardian-of-adult": "成年人由监护人代办的，请持监护关系证明到窗口办理。"}
SAID["acting-not-online"] = "该事项由系统直接办理，网上不能代办，请本人登录办理。"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return world_of(tmp_path, packaged_catalogue())


def told(item: str, way: str, *, present: bool = False, **person: Any) -> list[str]:
    """The codes at /representation of a trial in which somebody acts for this person."""
    rules = Rules(packaged_catalogue(), packaged_calendars())
    body = {
        "applicant": {**PERSON, **person},
        "representation": way,
        "representative": ACTING,
    }
    one = rules.catalogue.item(item)
    tried = tried_out(one, CheckSchema().load(body), TODAY, handed(()), present=present)
    found = [one for one in faults(tried, rules, NOW) if one.pointer == "/representation"]
    assert all(one.said.zh == SAID.get(one.code, one.said.zh) and one.said.en for one in found)
    return [one.code for one in found]


@pytest.mark.requirement("R-019")
@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ({}, ["guardian-of-adult"]),
        ({"id_number": OLDER}, ["guardian-of-adult"]),
        ({"id_number": NOT_YET}, []),
        ({"id_number": CHILD}, []),
        (PASSPORT, []),
    ],
)
def test_nobody_is_a_grown_ups_guardian_without_a_proof(
    person: dict[str, Any], codes: list[str]
) -> None:
    """Given an applicant of 18 or more by the number, when a guardian applies online."""
    assert told("000-01", "guardian", **person) == codes
    assert told("000-01", "guardian", present=True, **person) == []


def test_the_submission_refuses_what_the_trial_names() -> None:
    guardian = application(representation="guardian", adult=True)
    given().when(decide, guardian).refused(ApplicationFaulty)


@pytest.mark.parametrize("way", ["agent", "heir", "unit-handler"])
def test_where_the_system_decides_alone_nobody_acts_for_another_online(way: str) -> None:
    assert told("000-20", way) == ["acting-not-online"]
    assert told("000-20", way, present=True) == []
    assert "acting-not-online" not in told("004-027", way)


def spoken(world: World, code: str, **applicant: Any) -> list[dict[str, Any]]:
    """What a trial by a sign-in for this organisation refuses of who applies."""
    found = world.app.test_client().post(
        "/v1/items/000-09/check",
        json={"applicant": applicant},
        headers=acting_for(world.issuer, code),
    )
    return [one for one in found.json["refused"] if one["code"] == "other-party"]


def test_a_trial_names_the_code_of_another_organisation(world: World) -> None:
    own = COMPANY["id_number"]
    assert spoken(world, own, **COMPANY) == []
    assert spoken(world, own) == []
    (other,) = spoken(world, "91350100M000100Y43", **COMPANY)
    assert other["pointer"] == "/applicant/id_number"
    assert "您登录时核验的单位与所填统一社会信用代码不一致" in other["detail_zh"]
    assert "91350100M000100Y43" not in str(other)
    (person,) = spoken(world, own, **PERSON)
    assert person["pointer"] == "/applicant/kind"
    assert spoken(world, own, kind="organisation", name="测试样例有限公司") == []


def test_the_submission_says_what_the_trial_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """403 as ever, with the field and its sentence, which a page shows there."""
    caller = Principal(
        issuer="i", subject="s", roles=frozenset(), acts_for=ActsFor(code="91350100M000100Y43")
    )
    monkeypatch.setattr(submission, "principal", lambda: caller)
    with pytest.raises(Problem) as refused:
        submission._must_speak_for(COMPANY)
    assert refused.value.kind.status == 403
    (error,) = refused.value.document()["errors"]
    assert (error["pointer"], error["code"]) == ("/applicant/id_number", "other-party")
    assert "与所填统一社会信用代码不一致" in error["detail_zh"]
    submission._must_speak_for({**COMPANY, "id_number": "91350100M000100Y43"})
