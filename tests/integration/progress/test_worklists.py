"""Work lists over a real log and a real database: lists, rights, indexes, rebuild and compare."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from services.progress.worklists.queries import wanted
from services.progress.worklists.schemas import LISTS, WorklistQuery
from services.progress.worklists.view import VIEW
from shared.config import Databases
from shared.http import document_of
from shared.projection.building import catch_up, rebuild
from shared.projection.comparing import compare
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from shared.projection.store import Store
from shared.projection.view import fold, stored_form
from tests.support import histories as h
from tests.support.casework_world import APPLICANT
from tests.support.path_world import Path4
from tests.support.worklists_given import DAYS, DEPARTMENTS, ITEMS, OFFICERS, STAGES, Made

pytestmark = pytest.mark.mongo


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def parts_of(path: Path4) -> Parts:
    Generations(VIEW, path.databases.views).claim_first(datetime.now(UTC))
    return Parts(**{**vars(path.parts()), "view": VIEW})


def listed(path: Path4, query: str = "", user: str = "officer") -> list[dict[str, Any]]:
    """The lines of a list, brought up to date; the answer fits its published schema."""
    catch_up(parts_of(path), 1)
    answer = path.client("notify").get(f"/v1/worklists?{query}", user=user)
    assert answer.status_code == 200, answer.text
    fits(path, answer.json)
    lines: list[dict[str, Any]] = answer.json["cases"]
    return lines


def fits(path: Path4, answer: Any) -> None:
    """Hold an answer against the API document, which must name every field of it."""
    document = document_of(path.app("notify"))
    shapes = document["components"]["schemas"]
    for name in (
        "Worklist",
        "WorklistLine",
        "LineDue",
        "LineStep",
        "LineStage",
        "LineProposal",
        "LineWork",
        "ListCounts",
    ):
        shapes[name] |= {
            "additionalProperties": False,
            "required": list(shapes[name]["properties"]),
        }
    schema = {"$ref": "#/components/schemas/Worklist", "components": document["components"]}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(answer, schema, format_checker=checker)


def test_a_case_is_in_the_list_from_its_submission_until_it_is_closed(path: Path4) -> None:
    case = path.submitted()
    (one,) = listed(path)
    assert (one["case"], one["status"], one["due"]) == (case, "awaiting-payment", None)
    assert (one["item_zh"], one["office"]) == ("居民身份证的丢失补领业务", None)
    assert [line["case"] for line in listed(path, "officer=none&late=false&item=000-01")] == [case]

    path.paid(case)
    (one,) = listed(path)
    due = one["due"]
    assert (due["limit"], one["late"]) == ("promised", False)
    assert [line["case"] for line in listed(path, f"due_until={due['due']}")] == [case]
    assert listed(path, f"due_until={due['due']}T00:00:00%2B08:00") == []
    assert listed(path, "late=true") == []

    path.client("review").post(f"/v1/reviews/{case}/assignment", {}, "officer")
    path.settle()
    for name, wanted_ in {"mine": [case], "unassigned": [], "approval": []}.items():
        assert [line["case"] for line in listed(path, f"list={name}")] == wanted_
    assert [line["case"] for line in listed(path, "list=mine", user="officer-2")] == []
    (one,) = listed(path)
    assert (one["stage"]["zh"], one["officer_since"] is not None) == ("决定", True)

    path.decided(case)
    (one,) = listed(path)
    assert one["status"] == "in-production"
    assert [line["case"] for line in listed(path, f"officer={one['officer']}")] == [case]
    assert listed(path, "officer=none") == []

    path.issued(case)
    assert listed(path) == []
    assert compare(parts_of(path)).as_dict() == {
        "ok": True,
        "generation": 1,
        "cases": 1,
        "findings": [],
    }


def test_who_may_see_a_list_and_whose_cases_are_in_it(path: Path4) -> None:
    case = path.submitted()
    for user in ("officer", "auditor"):
        assert [one["case"] for one in listed(path, user=user)] == [case]
    assert listed(path, user="officer-elsewhere") == []
    for query in ("officer=none", "item=000-01", "status=awaiting-payment", "late=false"):
        assert listed(path, query, user="officer-elsewhere") == []
        assert [one["case"] for one in listed(path, query)] == [case]
    notify = path.client("notify")
    for user in ("applicant", "neighbour", "operator"):
        assert notify.get("/v1/worklists", user=user).status_code == 403
    for query in ("offset=1", "department=public-security", "after=x", "late=maybe", "limit=0"):
        assert notify.get(f"/v1/worklists?{query}", user="officer").status_code == 422


def test_a_producer_sees_what_is_to_be_made_or_handed_over_and_no_other_list(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    assert listed(path, user="producer") == []
    path.decided(case)
    (one,) = listed(path, user="producer")
    assert (one["case"], one["work"]["step"]) == (case, "production")
    assert one["paper"] == "identity-card/1"
    maker, giver = "produce@public-security-650000", "hand-over@public-security-650000"
    assert [line["case"] for line in listed(path, user=maker)] == [case]
    assert listed(path, user=giver) == [], "what is to be handed over: nothing yet"
    assert listed(path, user="produce@public-security-652300") == [], "another office"
    notify = path.client("notify")
    counts = notify.get("/v1/worklists", user="producer").json["counts"]
    assert (counts["production"], counts["hand_over"], counts["office"]) == (1, 0, None)
    for user, name in ((maker, "hand-over"), (giver, "production"), ("producer", "office")):
        refused = notify.get(f"/v1/worklists?list={name}", user=user)
        told = (refused.status_code, refused.json["detail_zh"])
        assert told == (403, "这个清单不属于您的岗位职责。")
    path.produce(case, "production", {"outcome": "produced"})
    (one,) = listed(path, "list=production", user="officer")
    assert one["work"]["step"] == "dispatch"
    path.produce(case, "dispatch", {"carrier": "EMS", "tracking": "EM123456789CN"})
    assert listed(path, user="producer") == [], "the carrier has it"
    for user in (maker, giver, "producer", "officer"):
        assert [one["case"] for one in listed(path, "list=on-the-way", user=user)] == [case]


def test_nothing_personal_is_in_the_view_or_in_a_list(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    told = [repr(listed(path)), repr(list(path.databases.views["worklists.1"].find()))]
    assert case in told[0]
    secrets = [*APPLICANT.values(), "乌鲁木齐市 1 号"]
    assert [s for s in secrets for store in told if s in store] == []


def test_it_is_rebuilt_beside_progress_and_compare_names_what_is_wrong(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    assert rebuild(parts_of(path))["ok"]
    assert Generations(VIEW, path.databases.views).live() == 2
    assert Generations(path.parts().view, path.databases.views).live() == 1
    assert compare(parts_of(path)).findings == []
    collection = Store(VIEW, path.databases.views, 2).collection
    collection.update_one({"_id": case}, {"$set": {"place": f"~/{case}"}})
    assert [f["finding"] for f in compare(parts_of(path)).findings] == ["differs"]


@pytest.fixture
def many(path: Path4) -> list[Made]:
    """Many made-up cases in the live generation, drawn once."""
    draw = random.Random(8)  # noqa: S311 - a reproducible draw
    made = [
        Made(
            id=f"c{n:03}",
            stage=draw.choice(list(STAGES)),
            department=draw.choice(DEPARTMENTS),
            item=draw.choice(ITEMS),
            day=draw.choice(DAYS),
            assigned=draw.choice(OFFICERS),
        )
        for n in range(300)
    ]
    store = Store(VIEW, path.databases.views, 1)
    store.ensure_indexes()
    store.collection.insert_many([stored_form(VIEW, fold(VIEW, m.id, m.streams)) for m in made])
    return made


QUERIES = [
    {},
    {"late": "true"},
    {"due_until": DAYS[1].isoformat(), "late": "false"},
    {"item": ITEMS[0]},
    {"status": "accepted"},
    {"officer": OFFICERS[0]},
    {"officer": "none", "late": "true"},
    {"officer": OFFICERS[1], "status": "reviewed", "item": ITEMS[1]},
    *({"list": name} for name in LISTS),
]


def walked(path: Path4, query: dict[str, str]) -> Iterator[str]:
    """The cases of every page, in order."""
    notify, after = path.client("notify"), ""
    while after is not None:
        more = {"after": after} if after else {}
        told = "&".join(
            f"{name}={value}" for name, value in {**query, "limit": "7", **more}.items()
        )
        answer = notify.get(f"/v1/worklists?{told}", user="officer").json
        fits(path, answer)
        yield from (one["case"] for one in answer["cases"])
        after = answer["next"]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_pages_are_what_looking_at_every_case_finds(
    path: Path4, many: list[Made], query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 12, 12, tzinfo=UTC)
    monkeypatch.setattr("services.progress.worklists.api.utc_now", lambda: now)
    in_list: dict[str, Callable[[Made], bool]] = {
        "mine": lambda one: one.officer == "staff-officer",
        "office": lambda _one: True,
        "unassigned": lambda one: one.reviewing and one.officer is None,
        "due-today": lambda _one: False,
        "late": lambda one: one.due in late,
        "applicant": lambda one: one.waits == "applicant",
        "approval": lambda one: one.waits == "approval",
        "production": lambda one: one.desk == "production",
        "hand-over": lambda one: one.desk == "hand-over",
        "on-the-way": lambda one: one.status == "dispatched",
    }
    late = {DAYS[0]}  # of the days that cases are due, the one before that moment
    until = query.get("due_until")
    expected = [
        one.id
        for one in sorted(many, key=lambda one: one.order)
        if one.open
        and one.department == h.DEPARTMENT
        and ("late" not in query or (one.due in late) == (query["late"] == "true"))
        and (until is None or (one.due is not None and one.due.isoformat() <= until))
        and query.get("item", one.item) == one.item
        and query.get("status", one.status) == one.status
        and query.get("officer", one.officer or "none") == (one.officer or "none")
        and in_list[query.get("list", "office")](one)
    ]
    assert list(walked(path, query)) == expected


@pytest.mark.parametrize("scope", [{}, {"department": h.DEPARTMENT}], ids=["all", "department"])
@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.usefixtures("many")
def test_no_list_reads_the_whole_collection(
    path: Path4, scope: dict[str, str], query: dict[str, str]
) -> None:
    asked = wanted(scope, WorklistQuery().load(query), datetime.now(UTC) + timedelta(days=30))
    found = Store(VIEW, path.databases.views, 1).collection.find(asked).sort("place", 1).limit(8)
    plan = repr(found.explain()["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


def test_the_head_sees_what_is_open_due_and_late_by_item_and_officer(path: Path4) -> None:
    case = path.submitted()
    catch_up(parts_of(path), 1)
    notify = path.client("notify")
    found = notify.get("/v1/worklists/statistics", user="officer").json
    assert found["total"] == {"open": 1, "due_today": 0, "late": 0, "applicant": 1, "approval": 0}
    assert [one["item"] for one in found["by_item"]] == ["000-01"]
    assert [one["officer"] for one in found["by_officer"]] == [None]
    assert case not in repr(found)
    elsewhere = notify.get("/v1/worklists/statistics", user="officer-elsewhere").json
    assert elsewhere["total"]["open"] == 0
    assert notify.get("/v1/worklists/statistics", user="applicant").status_code == 403
    counts = notify.get("/v1/worklists?list=applicant", user="officer").json["counts"]
    assert counts["applicant"] == counts["office"] == 1
