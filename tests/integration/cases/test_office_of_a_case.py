"""The office of a case over HTTP on a real log: applied to, named at the acceptance, shown."""

from pathlib import Path

import pytest

from shared.case.facts.parts import Office
from shared.casework.log import case_of
from shared.config import Databases
from tests.integration.cases.test_each_template import ByHand
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4
from tests.unit.case.test_offices import CHOOSABLE, ORDERED, PERMIT, using

pytestmark = pytest.mark.mongo


def walk_of(databases: Databases, folder: Path, item_id: str) -> HttpWalk:
    path = Path4(databases, folder, rules=using(item_id))
    item = path.rules.catalogue.item(item_id)
    # Its offices are in no jurisdiction: a token of the whole department meets its cases.
    return HttpWalk(ByHand(path), item, path.rules, desk=item.text.department)


def test_the_office_goes_from_the_application_to_the_due_date(
    databases: Databases, tmp_path: Path
) -> None:
    walk = walk_of(databases, tmp_path, PERMIT)
    assert isinstance(walk.callers, ByHand)
    walk.begin(office="far")
    desk = f"/v1/cases/{walk.case}/acceptance"
    officer = walk.callers.clients["intake"]
    unknown = officer.post(desk, {"office": "moon"}, "officer", department=walk.office)
    assert (unknown.status_code, unknown.json["choices"]) == (409, CHOOSABLE)
    assert unknown.json["type"] == "urn:caseledger:problem:unknown-office"
    malformed = officer.post(desk, {"office": "No Code"}, "officer", department=walk.office)
    assert [one["pointer"] for one in malformed.json["errors"]] == ["/office"]
    assert walk.show()["office"] == "far"
    walk.callers.post("intake", desk, {"office": "own"}, as_="officer", office=walk.office)
    case = case_of(walk.callers.path.world.log("intake").load(f"case/{walk.case}"))
    assert case.submission is not None
    assert case.acceptance is not None
    assert case.submission.fact.office == "far"
    assert case.acceptance.fact.office == Office(code="own", variant="remote", days=12)
    shown = walk.to_the_end()
    progress = walk.callers.get(
        "notify", f"/v1/progress/{walk.case}", as_="officer", office=walk.office
    )
    review = walk.callers.get(
        "review", f"/v1/reviews/{walk.case}", as_="officer", office=walk.office
    )
    assert [one["office"] for one in (shown, progress, review)] == ["own"] * 3
    told = {one["limit"]: one["due"] for one in shown["due"]}
    assert told["statutory"] == {one["limit"]: one["due"] for one in progress["due"]}["statutory"]


def test_an_office_that_is_not_there_is_refused_wherever_it_is_named(
    databases: Databases, tmp_path: Path
) -> None:
    walk = walk_of(databases, tmp_path, ORDERED)
    assert isinstance(walk.callers, ByHand)
    told = {"initiated_by": "authority", "reference": "R-1", "delivery": "on-the-spot"}
    body = {"item": ORDERED, **told}
    intake = walk.callers.clients["intake"]
    found = intake.post(
        "/v1/initiations", {**body, "office": "hall"}, "officer", department=walk.office
    )
    assert found.status_code == 409, found.json
    (fault,) = found.json["faults"]
    assert (fault["code"], fault["pointer"]) == ("unknown-office", "/office")
    assert walk.begin(office="own").show()["office"] == "own"
