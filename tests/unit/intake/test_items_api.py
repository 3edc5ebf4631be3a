"""The catalogue over HTTP: found, read, drawn and tried out; nothing of a trial is kept."""

import json
import logging
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from flask import Flask

from services.intake.api import endpoints
from services.intake.application.form_schema import schema_of
from services.intake.application.repeated import OpenApplications
from services.intake.contact import PhoneTakesNoTexts
from services.intake.money.messages import CallbackIds
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.asking import AskingByNumber
from services.intake.room import Intake
from shared.case import Rules
from shared.casework.numbering import CaseNumbers
from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.eventlog import EventLog
from shared.files import Looker
from shared.http import create_app, document_of
from shared.security.local_issuer import USERS, LocalIssuer
from shared.security.permissions import permissions_of
from shared.vault import BlobRef, Blobs, Vault
from shared.vault.unnamed import UnnamedUploads
from tests.support.clock_given import at, calendars
from tests.support.fuzz_api import fuzz
from tests.support.http_world import deps_for
from tests.support.items_given import catalogue, item, limit
from tests.support.made_up import numbered, vouching
from tests.unit.catalogue.test_offices import DECIDES, FAR, MOST_15, NEAR, OWN, PRINTED
from tests.unit.catalogue.test_terms import PLATES, WANTS
from tests.unit.intake.test_checking import labour

CHECKS = (
    "application/checking.py",
    "application/offices.py",
    "application/questions/kinds.py",
    "application/questions/reading.py",
    "application/questions/wrong.py",
    "application/windows.py",
    "items/check.py",
)
VALUES = ("texts", "identity", "reach", "plates", "accounts")
CHILD, TOMORROW = numbered("650102", "20201231"), numbered("650102", "20991231")
PERSON = {"name": "阿依古丽", "id_number": "650102199001011239", "phone": "13900001111"}
COMPANY = {
    "kind": "organisation",
    "name": "测试样例有限公司",
    "id_number": "91650100MA7700006Q",
    "phone": "13900001111",
}
UNIT = {**COMPANY, "kind": "unit"}
ACTING = {"name": "经办·样例", "id_number": "999999190001010007"}
COMPLETE: dict[str, Any] = {
    "channel": "counter",
    "delivery": "pickup",
    "applicant": PERSON,
    "materials": [{"code": "form"}, {"code": "name-approval"}],
    "declared": True,
    "variant": "initial",
    "situations": ["planned"],
    "facts": {"floor-area": 60},
}


@dataclass
class World:
    """Intake's items alone: no log, no vault, a clock that stands."""

    app: Flask
    issuer: LocalIssuer

    def get(self, path: str, user: str = "applicant", **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {self.issuer.issue(user)}"
        return self.app.test_client().get(path, headers=headers)

    def check(self, body: Any, item_id: str = "004-900", user: str = "applicant") -> Any:
        claims = vouching(body) if user == "applicant" else {}
        headers = {"Authorization": f"Bearer {self.issuer.issue(user, **claims)}"}
        return self.app.test_client().post(f"/v1/items/{item_id}/check", json=body, headers=headers)


ITEMS = (
    labour(limits=[limit(n=15)]),
    item(id="000-17", name="补领机动车号牌", fee=PLATES, situations=WANTS, department="traffic"),
    item(id="000-04", offered=False, not_offered_because="Face reports are not taken."),
    item(id="001-12", initiated_by="authority"),
    item(id="001-R1", kind="rule", offered=None, statements=["照片标准"]),
    item(
        id="003-901",
        channels=["counter"],
        delivery=[{"kind": "pickup"}],
        offices=[{**NEAR, "region": "阿克苏", "address": "某街1号"}, FAR, OWN, DECIDES, PRINTED],
        limits=[limit("statutory", n=5, rank="rule", variants=MOST_15)],
    ),
)
AT_OFFICE: dict[str, Any] = {
    "channel": "counter",
    "delivery": "pickup",
    "applicant": PERSON,
    "declared": True,
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return world_of(tmp_path, catalogue(ITEMS))


class NothingUploaded(Blobs):
    """A blob store that has nothing."""

    def __init__(self) -> None:
        self.looker = Looker()

    def find(self, *blob_ids: str) -> dict[str, BlobRef]:
        """Nothing of these."""
        del blob_ids
        return {}


class NothingOpen(OpenApplications):
    """A list of open applications on which nothing is."""

    def __init__(self) -> None:
        pass

    def others(self, _item: str, **_who: str) -> list[dict[str, Any]]:
        return []


def world_of(tmp_path: Path, made: Catalogue) -> World:
    issuer = LocalIssuer(tmp_path)
    issuer.create()
    intake = Intake(
        log=cast("EventLog", None),
        vault=cast("Vault", None),
        blobs=NothingUploaded(),
        unnamed=cast("UnnamedUploads", None),
        callbacks=cast("CallbackIds", None),
        unplaced=cast("UnplacedPayments", None),
        applications=NothingOpen(),
        asking=cast("AskingByNumber", None),
        source=Rules(made, calendars()),
        case_id_keys=(),
        numbers=cast("CaseNumbers", None),
        regions={},
        now=lambda: at("2026-11-21"),
    )
    items = [blueprint for blueprint in endpoints(intake) if blueprint.name == "items"]
    rows = [row for row in permissions_of("intake") if row.rule.startswith("/v1/items")]
    app = create_app("intake", items, rows, deps_for(issuer))
    return World(app, issuer)


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.json
    return [one["id"] for one in response.json["items"]]


def test_items_are_found_by_what_fits_all_of_the_question(world: World) -> None:
    assert len(ids(world.get("/v1/items"))) == len(ITEMS)
    assert ids(world.get("/v1/items?q=号牌")) == ["000-17"]
    assert ids(world.get("/v1/items?offered=false")) == ["000-04"]
    assert ids(world.get("/v1/items?source=001&offered=true")) == ["001-12"]
    assert ids(world.get("/v1/items?department=traffic")) == ["000-17"]
    assert ids(world.get("/v1/items?q=nothing-like-it")) == []


def test_a_list_is_read_page_by_page(world: World) -> None:
    first = world.get("/v1/items?limit=2")
    assert (first.json["total"], first.json["next"]) == (len(ITEMS), "000-17")
    rest = world.get("/v1/items?limit=100&after=000-17")
    assert ids(first) + ids(rest) == sorted(one.id for one in ITEMS)
    assert rest.json["next"] is None


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "offered=maybe", "q=", "tea=1", "after=x", "source=9"],
)
def test_a_wrong_question_is_422(world: World, query: str) -> None:
    assert world.get(f"/v1/items?{query}").status_code == 422


def test_a_definition_carries_its_edition(world: World) -> None:
    found = world.get("/v1/items/004-900")
    assert found.json["content_hash"] == ITEMS[0].hash
    assert found.json["version"] == "test"
    assert found.json["defaulted"]["limits.acceptance"] == "acceptance-limit"
    assert found.headers["ETag"] not in ("", world.get("/v1/items/004-900/form").headers["ETag"])
    again = world.get("/v1/items/004-900", **{"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = world.get("/v1/items/004-900", **{"If-None-Match": '"old"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/v1/items/999-99", "/v1/items/999-99/form", "/v1/items/x"])
def test_an_unknown_item_is_404(world: World, path: str) -> None:
    found = world.get(path)
    assert found.status_code == 404
    assert found.json["type"] == "urn:caseledger:problem:not-found"


@pytest.mark.parametrize(
    ("item_id", "sentence"),
    [
        ("000-04", "Face reports are not taken."),
        ("001-12", "begun by authority"),
        ("001-R1", "not offered"),
    ],
)
def test_an_item_that_nobody_applies_for_has_no_form_and_says_why(
    world: World, item_id: str, sentence: str
) -> None:
    for found in (world.get(f"/v1/items/{item_id}/form"), world.check(COMPLETE, item_id)):
        assert found.status_code == 409
        assert found.json["type"] == "urn:caseledger:problem:item-not-offered"
        assert sentence in found.json["detail"]
    assert world.get(f"/v1/items/{item_id}").status_code == 200


# --- the form


def applied(**more: Any) -> dict[str, Any]:
    materials = [{"code": "form", "blob": "b"}]
    return {"item": "004-900", **COMPLETE, "materials": materials, **more}


def takes(one: Item, application: dict[str, Any]) -> bool:
    schema = schema_of(one)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid(application)


@pytest.mark.requirement("R-039")
def test_the_form_is_a_schema_and_an_order_of_one_edition(world: World) -> None:
    form = world.get("/v1/items/004-900/form")
    again = world.get("/v1/items/004-900/form", **{"If-None-Match": form.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert form.json["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert [section["section"] for section in form.json["order"]] == [
        "variant",
        "situations",
        "facts",
        "applicant",
        "representation",
        "materials",
        "delivery",
        "declared",
    ]
    (materials,) = [one for one in form.json["order"] if one["section"] == "materials"]
    assert materials["fields"][1]["when"] == {"situation": ["planned"]}
    assert materials["fields"][0]["required"] is True


@pytest.mark.requirement("R-039")
@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({}, True),
        ({"materials": []}, True),  # an incomplete application may be submitted
        ({"delivery": "post"}, False),
        ({"delivery": "post", "delivery_address": "x"}, True),
        ({"variant": "tea"}, False),
        ({"situations": []}, False),
        ({"situations": ["planned", "established"]}, False),
        ({"facts": {}}, False),
        ({"facts": {"floor-area": "60"}}, False),
        ({"facts": {"floor-area": 60, "age": 1}}, False),
        ({"variant": "closure"}, False),
        ({"variant": "closure", "situations": [], "facts": {}}, True),
        ({"materials": [{"code": "cake", "blob": "b"}]}, False),
        ({"declared": False}, False),
        ({"applicant": {"name": "x", "id_number": PERSON["id_number"]}}, False),
        ({"channel": "online"}, False),
        ({"representation": "heir", "representative": ACTING}, False),
        ({"representation": "agent", "representative": ACTING}, True),
        ({"representation": "agent"}, False),
        ({"representative": ACTING}, False),
        ({"representation": "agent", "representative": {"name": "x"}}, False),
        ({"applicant": COMPANY, "representative": ACTING}, True),
        ({"applicant": COMPANY}, False),
        ({"applicant": {**COMPANY, "id_number": PERSON["id_number"]}}, False),
        ({"applicant": {**PERSON, "id_kind": "credit-code"}}, False),
        ({"applicant": UNIT, "representative": ACTING, "members": [ACTING, ACTING]}, True),
        ({"applicant": UNIT, "representative": ACTING}, False),
        ({"applicant": COMPANY, "representative": ACTING, "members": [ACTING]}, False),
        (
            {"applicant": COMPANY, "representative": ACTING, "representation": "guardian"},
            False,
        ),
    ],
)
def test_the_schema_takes_what_the_check_would_not_refuse(
    world: World, *, change: dict[str, Any], taken: bool
) -> None:
    application = applied(**change)
    assert takes(ITEMS[0], application) is taken
    assert (world.check(application).json["refused"] == []) is taken


def test_an_application_for_another_item_is_not_tried_out(world: World) -> None:
    refused = world.check(applied(item="000-17")).json["refused"]
    assert [(one["code"], one["pointer"]) for one in refused] == [("item-other", "/item")]
    without = {key: value for key, value in applied().items() if key != "item"}
    assert world.check(without).json["refused"] == []


def test_the_offices_that_can_be_chosen_are_in_the_form(world: World) -> None:
    form = world.get("/v1/items/003-901/form").json
    assert form["schema"]["properties"]["office"] == {
        "title": "受理点",
        "oneOf": [
            {"const": "near", "title": "近点"},
            {"const": "far", "title": "远点"},
            {"const": "own", "title": "自定点"},
        ],
    }
    assert "office" not in form["schema"]["required"]
    sections = [section["section"] for section in form["order"]]
    assert sections == ["applicant", "representation", "office", "delivery", "declared"]
    (field,) = form["order"][sections.index("office")]["fields"]
    assert (field["pointer"], field.get("required")) == ("/office", None)
    assert [one["code"] for one in field["choices"]] == ["near", "far", "own"]
    assert (field["choices"][0]["region"], field["choices"][0]["address"]) == ("阿克苏", "某街1号")
    without = world.get("/v1/items/004-900/form").json
    assert "office" not in without["schema"]["properties"]
    assert "office" not in [section["section"] for section in without["order"]]


@pytest.mark.parametrize(
    ("office", "due"),
    [(None, "2026-11-27"), ("near", "2026-11-27"), ("far", "2026-12-11"), ("own", "2026-12-08")],
)
def test_a_trial_promises_what_the_office_has(world: World, office: str | None, due: str) -> None:
    named = {"office": office} if office else {}
    found = world.check({**AT_OFFICE, **named}, "003-901").json
    assert (found["refused"], found["promise"]["due"]) == ([], due)


def test_an_office_that_cannot_be_chosen_is_named_among_all_that_is_wrong(world: World) -> None:
    for office in ("moon", "hall"):
        found = world.check({**AT_OFFICE, "office": office, "channel": "bank"}, "003-901").json
        assert {one["code"]: one["pointer"] for one in found["refused"]} == {
            "channel-not-offered": "/channel",
            "unknown-office": "/office",
        }
        (fault,) = [one for one in found["refused"] if one["code"] == "unknown-office"]
        assert fault["choices"] == ["near", "far", "own"]
    (fault,) = world.check(applied(office="far")).json["refused"]
    assert (fault["code"], fault["choices"]) == ("unknown-office", [])
    assert fault["detail_zh"] == "该事项没有可供选择的受理点。"
    assert world.check({**AT_OFFICE, "office": "No Code"}, "003-901").status_code == 422


def test_the_schema_asks_for_the_choice_that_decides_the_fee() -> None:
    plates = labour(
        fee=PLATES, situations=WANTS, variants=[], facts=[], checks=[], materials="none"
    )
    base = applied(situations=[], materials=[])
    del base["variant"], base["facts"]
    assert not takes(plates, base)
    assert takes(plates, {**base, "options": ["car"]})
    assert not takes(plates, {**base, "options": ["car", "bike"]})


# --- the check


def test_a_conforming_application_is_told_what_would_follow(world: World) -> None:
    found = world.check(COMPLETE).json
    assert found["ok"] is True
    assert (found["refused"], found["missing"]) == ([], [])
    assert found["promise"]["limit"] == "promised"
    assert found["promise"]["due"] == "2026-12-11"
    assert found["window"]["open"] is True
    assert found["fee"] == {"amount": None, "chargeable": False, "basis": ""}


def test_a_fee_for_each_is_told_for_as_many_as_there_are(world: World) -> None:
    body = {"options": ["car"], "counts": {"car": 3}}
    found = [world.check(one, item_id="000-17").json["fee"] for one in ({"options": ["car"]}, body)]
    single, three = (Decimal(fee["amount"]) for fee in found)
    assert three == 3 * single > 0
    odd = world.check({**body, "counts": {"car": 0}}, item_id="000-17")
    assert [error["pointer"] for error in odd.json["errors"]] == ["/counts/car"]


@pytest.mark.requirement("R-046")
def test_a_window_with_a_booking_before_it_says_both(tmp_path: Path) -> None:
    """R-046: book until the 15th, come until the 21st."""
    packaged = world_of(tmp_path, packaged_catalogue())
    window = packaged.check({}, item_id="004-024").json["window"]
    assert window["booking"] is not None
    assert set(window["booking"]) == {"open", "closes", "next_opens"}
    assert packaged.check({}, item_id="004-016").json["window"]["booking"] is None


def test_an_empty_application_is_told_everything_that_is_missing(world: World) -> None:
    found = world.check({}).json
    assert found["ok"] is False
    assert {one["code"] for one in found["refused"]} == {
        "applicant-missing",
        "channel-not-offered",
        "delivery-not-offered",
        "declaration-missing",
        "contact-missing",
        "variant-missing",
    }
    assert [one["material"] for one in found["missing"]] == ["form"]


def test_nothing_of_a_trial_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    world.check({**COMPLETE, "delivery_address": "乌鲁木齐市 1 号"})
    wrong = world.check({"applicant": {**PERSON, "id_number": "1"}})
    assert [one["code"] for one in wrong.json["refused"]][:1] == ["id-form"]
    logged = caplog.text + "".join(capsys.readouterr())
    assert "/v1/items/<item>/check" in logged
    for value in (*PERSON.values(), "乌鲁木齐市"):
        assert value not in logged
        assert value not in wrong.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("\u200b", "text-blank"),
        ("\u3000", "text-blank"),
        ("张\u200b三", "text-invisible"),
        ("\u202e", "text-direction"),
        ("\ue863", "text-private"),
    ],
)
def test_a_trial_tells_what_cannot_be_read_as_a_text(world: World, name: str, code: str) -> None:
    """Given texts that nobody can read, when tried out, then each has a code at its place."""
    body = applied(applicant={**PERSON, "name": name}, delivery="post", delivery_address=name * 2)
    refused = world.check(body).json["refused"]
    assert {(one["code"], one["pointer"]) for one in refused} == {
        (code, "/applicant/name"),
        (code, "/delivery_address"),
    }
    assert all(one["detail"] and one["detail_zh"] for one in refused)


@pytest.mark.parametrize(
    ("identity", "codes"),
    [
        ({}, []),
        ({"id_number": " 11010519491231002x"}, []),
        ({"id_number": "11010519491231002"}, ["id-form"]),
        ({"id_number": "110105194912310021"}, ["id-check"]),
        ({"id_number": "110105194902300021"}, ["id-date"]),
        ({"id_number": TOMORROW}, ["id-date-future", "guardian-needed"]),
        ({"id_kind": "passport", "id_number": "c12345678"}, []),
        ({"id_kind": "hk-macao-taiwan-residence-permit", "id_number": "830000199001010012"}, []),
        ({"id_kind": "hk-macao-taiwan-residence-permit"}, ["id-form"]),
        ({"id_kind": "none", "id_number": None}, ["guardian-needed"]),
        ({"id_number": None}, ["applicant-missing"]),
        ({"id_number": CHILD}, ["guardian-needed"]),
    ],
)
def test_a_trial_tells_what_is_wrong_with_a_number(
    world: World, identity: dict[str, Any], codes: list[str]
) -> None:
    person = {key: one for key, one in {**PERSON, **identity}.items() if one is not None}
    refused = world.check(applied(applicant=person)).json["refused"]
    assert [one["code"] for one in refused] == codes
    for one in refused:
        assert one["pointer"] in {"/applicant/id_number", "/representation"}
        assert one["detail"]
        assert one["detail_zh"]


@pytest.mark.parametrize(
    ("reach", "channel", "codes"),
    [
        ({"phone": " 139-0000-1111 "}, "counter", []),
        ({"phone": "0991-2345678"}, "counter", ["phone-takes-no-texts"]),
        ({"phone": "400-672-2705"}, "counter", ["phone-takes-no-texts"]),
        ({"phone": "0991-2345678"}, "phone", []),
        ({"phone": "0991-2345678", "email": "a@example.com"}, "counter", []),
        ({"phone": "0991-23"}, "counter", ["phone-unknown"]),
        ({"phone": "none"}, "counter", ["phone-form"]),
        ({"email": "a@b-.com"}, "counter", ["email-form"]),
        ({"email": "a" * 65 + "@example.com"}, "counter", ["email-unknown"]),
        ({}, "counter", ["contact-missing"]),
    ],
)
def test_a_trial_tells_how_nobody_can_be_reached(
    world: World, reach: dict[str, str], channel: str, codes: list[str]
) -> None:
    named = {name: PERSON[name] for name in ("name", "id_number")}
    refused = world.check(applied(applicant={**named, **reach}, channel=channel)).json["refused"]
    assert [one["code"] for one in refused if one["code"] != "channel-not-offered"] == codes


def test_a_guardian_acts_for_a_child_whatever_is_printed(world: World) -> None:
    person = {**PERSON, "id_number": CHILD}
    child = applied(applicant=person, representation="guardian", representative=ACTING)
    assert world.check(child).json["refused"] == []
    assert takes(ITEMS[0], child)


def test_a_trial_takes_the_texts_that_a_submission_takes(world: World) -> None:
    body = applied(
        applicant={**PERSON, "name": " 阿卜杜热合曼·买买提江\n"},
        delivery="post",
        delivery_address="某街1号\r\n2楼",
    )
    assert world.check(body).json["refused"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"facts": {"Floor Area": 1}}, "/facts"),
        ({"facts": {"floor-area": 1.5}}, "/facts/floor-area"),
        ({"facts": {"floor-area": None}}, "/facts/floor-area"),
        ({"facts": {"floor-area": [[[[1]]]]}}, "/facts/floor-area"),
        ({"facts": {"floor-area": "长" * 4001}}, "/facts/floor-area"),
        ({"facts": {f"f{n}": 1 for n in range(51)}}, "/facts"),
        ({"facts": []}, "/facts"),
        ({"tea": 1}, "/tea"),
        ({"materials": [{"blob": "b"}]}, "/materials/0/code"),
        ({"situations": ["No"]}, "/situations/0"),
    ],
)
def test_a_malformed_trial_names_the_place(world: World, body: Any, pointer: str) -> None:
    found = world.check(body)
    assert found.status_code == 422
    assert [error["pointer"] for error in found.json["errors"]] == [pointer]


def test_the_page_names_every_code_of_a_refusal() -> None:
    folder = Path(__file__).parents[3]
    page = (folder / "docs" / "how-to" / "draw-a-form.md").read_text("utf-8")
    sources = [folder / "services" / "intake" / name for name in CHECKS]
    code = "".join(source.read_text("utf-8") for source in sources)
    codes = set(re.findall(r'Fault\(\s*"([a-z-]+)"|code = "([a-z-]+)"', code))
    named = {one for pair in codes for one in pair if one}
    values = [(folder / "shared" / "values" / f"{n}.py").read_text("utf-8") for n in VALUES]
    named |= set(re.findall(r'Unusable\(\s*"([a-z-]+)"', "".join(values)))
    named.add(PhoneTakesNoTexts.code)
    assert {"text-blank", "id-check", "email-form"} <= named
    assert {"fact-missing", "applicant-missing", "variant-unknown"} <= named
    told_elsewhere = {"material-missing", "appointment-needed", "window-unknown"}
    assert [one for one in sorted(named - told_elsewhere) if f"`{one}`" not in page] == []


def test_pinyin_initials_and_english_find_a_packaged_item(tmp_path: Path) -> None:
    world = world_of(tmp_path, packaged_catalogue())
    for text in ("身份证", "shenfenzheng", "Shen fen zheng", "identity card", "sfz"):
        assert "000-01" in ids(world.get(f"/v1/items?q={text}")), text
    for text in (
        "shēn fèn zhèng",
        "shen1fen4zheng4",
        "jūmín",
        "０００－０１",
        "identity‑card",
        "Sfz",
    ):
        assert "000-01" in ids(world.get(f"/v1/items?q={text}")), text
    assert ids(world.get("/v1/items?q=lǚ")) == ids(world.get("/v1/items?q=lü")) != []


def test_another_version_of_the_catalogue_is_another_document(tmp_path: Path) -> None:
    before = world_of(tmp_path, catalogue(ITEMS)).get("/v1/items/004-900")
    later = world_of(tmp_path, Catalogue(ITEMS, version="later"))
    after = later.get("/v1/items/004-900", **{"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json["version"]) == (200, "later")


@pytest.mark.parametrize("path", ["/v1/items", "/v1/items/004-900"])
def test_what_can_be_applied_for_is_open_to_everybody(world: World, path: str) -> None:
    assert world.app.test_client().get(path).status_code == 200
    assert world.app.test_client().head(path).status_code == 200
    assert [world.get(path, user).status_code for user in USERS] == [200] * len(USERS)


def test_reading_a_form_needs_a_token_of_any_role(world: World) -> None:
    path = "/v1/items/004-900/form"
    assert world.app.test_client().get(path).status_code == 401
    assert world.app.test_client().head(path).status_code == 401
    assert [world.get(path, user).status_code for user in USERS] == [200] * len(USERS)


def test_a_trial_needs_a_token_of_who_may_apply(world: World) -> None:
    path = "/v1/items/004-900/check"
    assert world.app.test_client().post(path, json=COMPLETE).status_code == 401
    assert world.check(COMPLETE, user="producer").status_code == 403
    assert world.check(COMPLETE, user="officer").status_code == 200


def test_no_request_made_from_the_document_is_a_fault_of_ours(world: World) -> None:
    def token(_method: str, _path: str) -> str:
        return f"Bearer {world.issuer.issue('applicant')}"

    assert fuzz(world.app, token, examples=12) > 50
    text = json.dumps(document_of(world.app))
    assert "maxProperties" in text
