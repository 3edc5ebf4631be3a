"""The office that an applicant chooses has the case: its people meet it, those of others do not."""

from pathlib import Path
from typing import Any

import pytest

from services.progress.standing.view import VIEW as PROGRESS
from services.progress.worklists.view import VIEW as WORKLISTS
from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from tests.integration.cases.test_counter import DOCUMENT, Counter
from tests.support.by_hand import ByHand
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4, utc_now

pytestmark = pytest.mark.mongo

PASS = "000-24"
TIANSHAN, QITAI = "public-security-650102-1", "public-security-652325-1"
ABOVE, AUTONOMOUS = "public-security-650100", "public-security-650000"
CALLED = {
    "name": "乌鲁木齐市天山区办证点",
    "name_en": "Border pass office, Tianshan District, Urumqi",
}


class Chosen:
    """One installation with a pass applied for at a service point, and one at none."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)
        self.clients = {name: self.path.client(name) for name in ("intake", "notify")}
        item = self.path.rules.catalogue.item(PASS)
        self.there = HttpWalk(ByHand(self.path), item, self.path.rules).begin(office=TIANSHAN).case
        self.nowhere = HttpWalk(ByHand(self.path), item, self.path.rules).begin().case
        self.path.settle()
        for view in (PROGRESS, WORKLISTS):
            Generations(view, databases.views).claim_first(utc_now())
            catch_up(Parts(**{**vars(self.path.parts()), "view": view}), 1)

    def shown(self, case: str, user: str) -> Any:
        return self.clients["intake"].get(f"/v1/cases/{case}", user)

    def listed(self, user: str) -> set[str]:
        answer = self.clients["notify"].get("/v1/worklists", user)
        return {one["case"] for one in answer.json["cases"]}


@pytest.fixture
def chosen(databases: Databases, tmp_path: Path) -> Chosen:
    return Chosen(databases, tmp_path)


def test_the_chosen_office_meets_the_case_and_no_other_does(chosen: Chosen) -> None:
    here, there, above = (f"officer@{one}" for one in (TIANSHAN, QITAI, AUTONOMOUS))
    assert chosen.shown(chosen.there, here).status_code == 200
    assert chosen.listed(here) == {chosen.there}
    for other in (there, above, f"officer@{ABOVE}"):
        assert chosen.shown(chosen.there, other).status_code == 404, other
    assert chosen.listed(there) == set()
    assert chosen.listed(above) == {chosen.nowhere}, "what names no office lies with the one above"
    assert chosen.shown(chosen.nowhere, above).status_code == 200
    assert chosen.shown(chosen.nowhere, here).status_code == 404


def test_who_supervises_the_region_above_reads_it_and_commands_nothing(chosen: Chosen) -> None:
    above = f"supervise@{ABOVE}"
    assert chosen.shown(chosen.there, above).status_code == 200
    assert chosen.listed(above) == {chosen.there}
    assert chosen.listed("supervisor") == {chosen.there, chosen.nowhere}
    assert chosen.listed("supervise@public-security-652300") == set()
    desk = f"/v1/cases/{chosen.there}/acceptance"
    assert chosen.clients["intake"].post(desk, {}, above).status_code == 403


def test_the_applicant_is_told_by_name_who_has_the_case(chosen: Chosen) -> None:
    mine = chosen.shown(chosen.there, "applicant").json
    assert mine["office"] == TIANSHAN
    assert {name: mine["responsible"][name] for name in CALLED} == CALLED
    assert mine["responsible"]["region_name"] == "乌鲁木齐市天山区"
    other = chosen.shown(chosen.nowhere, "applicant").json
    assert (other["office"], other["responsible"]["name"]) == (None, "新疆维吾尔自治区公安厅")
    told = chosen.clients["notify"].get(f"/v1/progress/{chosen.there}", "applicant").json
    assert told["responsible"] == mine["responsible"]


def test_the_chosen_office_accepts_and_keeps_the_case(chosen: Chosen) -> None:
    desk = f"/v1/cases/{chosen.there}/acceptance"
    intake = chosen.clients["intake"]
    assert intake.post(desk, {}, f"officer@{QITAI}").status_code == 404
    accepted = intake.post(desk, {}, f"officer@{TIANSHAN}")
    assert accepted.status_code == 200, accepted.json
    assert chosen.shown(chosen.there, "applicant").json["office"] == TIANSHAN


def test_what_is_taken_in_over_a_counter_lies_with_that_counter(
    databases: Databases, tmp_path: Path
) -> None:
    counter = Counter(databases, tmp_path)
    here = f"officer@{TIANSHAN}"
    came = {"how": "present", "document": DOCUMENT}
    sitting = counter.intake.post("/v1/counter/sittings", came, here)
    assert sitting.status_code == 201, sitting.json
    form = counter.form(sitting.json["sitting"], user=here)
    away = counter.take_in({**form, "office": QITAI}, here)
    assert away.status_code == 403
    done = counter.take_in(form, here)
    assert done.status_code == 201, done.json
    assert counter.intake.get(f"/v1/cases/{done.json['case']}", here).json["office"] == TIANSHAN
