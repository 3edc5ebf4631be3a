"""A document of another item of ours, looked up for the officer and for nobody else (R-066)."""

from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import packaged_catalogue
from shared.config import Databases
from tests.support.by_hand import ByHand
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
ORIGIN, TRANSPORT = "003-040", "003-041"
SERIES = "origin-quarantine-certificate"


class As(ByHand):
    """Everybody, where the applicant is this user."""

    def __init__(self, path: Path4, user: str) -> None:
        super().__init__(path)
        self._user = user

    def _who(self, as_: str) -> str:
        return self._user if as_ == "applicant" else as_

    def get(self, service: str, path: str, *, as_: str, office: str) -> Any:
        return super().get(service, path, as_=self._who(as_), office=office)

    def post(self, service: str, path: str, body: Any, *, as_: str, office: str) -> Any:
        return super().post(service, path, body, as_=self._who(as_), office=office)


class Register:
    """An installation in which somebody was granted a certificate of origin."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)

    def granted(self, user: str = "applicant", *, until: str = "") -> str:
        """The number of a certificate of theirs; `until`: a step that is still owed."""
        walk = self._walk(ORIGIN, user)
        walk.begin()
        walk.until(until)
        shown = walk.callers.get(
            "issuance", f"/v1/issuance/{walk.case}", as_="officer", office=walk.office
        )
        (paper,) = shown["documents"]
        assert paper["result"] == SERIES
        return str(paper["number"]).rpartition("/")[2]

    def revoked(self, number: str) -> None:
        row = self.path.databases.log["numbers"].find_one({"_id": f"{SERIES}/{number}"})
        assert row
        walk = self._walk(ORIGIN, "applicant")
        body = {
            "ground": "decision",
            "reason": "granted-unlawfully",
            "explanation": "证书所依据的检疫记录有误。",
            "legal_basis": ["《中华人民共和国行政许可法》第六十九条"],
        }
        walk.callers.post(
            "issuance",
            f"/v1/documents/{row['document']}/revocation",
            body,
            as_="head",
            office=walk.office,
        )

    def read(self, number: str, user: str = "applicant") -> tuple[str, Any]:
        """A case of 003-041 that names this number, and what the officer reads of it."""
        walk = self._walk(TRANSPORT, user)
        facts = {"certificate-number": number}
        body = walk._body(walk.wish())["facts"] | facts
        walk.begin(facts=body)
        at = f"/v1/reviews/{walk.case}"
        walk.until("proposal")
        read = walk.callers.get("review", f"{at}/application", as_="officer", office=walk.office)
        return walk.case, read

    def _walk(self, item: str, user: str) -> HttpWalk:
        callers = As(self.path, user)
        return HttpWalk(callers, packaged_catalogue().item(item), self.path.world.rules)


@pytest.fixture
def register(databases: Databases, tmp_path: Path) -> Register:
    return Register(databases, tmp_path)


def found(read: Any) -> list[tuple[str, str, str | None, str | None]]:
    told = read["prerequisites"]
    return [(one["item"], one["finding"], one["number"], one["material"]) for one in told]


MATERIAL = "origin-quarantine-certificate"


@pytest.mark.requirement("R-066")
def test_the_officer_sees_that_the_applicant_holds_the_certificate(register: Register) -> None:
    number = register.granted()
    case, read = register.read(number)
    assert found(read) == [(ORIGIN, "held", number, MATERIAL)]
    (told,) = read["prerequisites"]
    assert told["standing"] == "valid"
    assert "持有人就是申请人，目前有效" in told["zh"]
    assert [one["code"] for one in read["documents"]] == [MATERIAL]
    mine = register.path.client("intake").get(f"/v1/cases/{case}/application")
    assert mine.status_code == 200
    assert "prerequisites" not in mine.json


@pytest.mark.requirement("R-066")
def test_an_applicant_is_told_the_same_whatever_number_they_state(register: Register) -> None:
    """No such number, somebody else's, their own: all are taken, the officer sees which it is."""
    theirs = register.granted("neighbour")
    number = register.granted()
    seen = {}
    for one in ("NO-SUCH", theirs, number):
        case, read = register.read(one)
        seen[one] = [row[1] for row in found(read)]
        own = register.path.client("intake")
        shown = own.get(f"/v1/cases/{case}").json
        for text in ("prerequisite", "持有人", "没有查到"):
            assert text not in own.get(f"/v1/cases/{case}/application").text
        assert shown["status"] == "under-review"
        (told,) = read["prerequisites"]
        if one == theirs:
            assert told["standing"] is None, "nothing more of somebody else's document"
            assert told["valid_until"] is None
    assert seen == {"NO-SUCH": ["not-found"], theirs: ["other-holder"], number: ["held"]}


def test_one_that_was_revoked_and_one_that_is_not_made_yet_are_told(register: Register) -> None:
    number = register.granted()
    register.revoked(number)
    _, read = register.read(number)
    assert [row[1] for row in found(read)] == ["over"]
    assert "已被撤销或者注销" in read["prerequisites"][0]["zh"]
    early = register.granted(until="production")
    _, read = register.read(early)
    assert [row[1] for row in found(read)] == ["not-made"]
