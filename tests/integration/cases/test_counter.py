"""The counter over HTTP: applications for people present and on the telephone, on a real log.

A case that was taken in goes to its acceptance like any other; the number of the document that was
seen stands nowhere in plain; and who was seen finds the case when they sign in with that document.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import pytest

from services.progress.standing.view import VIEW
from shared.config import Databases
from shared.eventlog import Actor
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.vault.errors import Erased
from tests.support.answers_given import as_body
from tests.support.casework_world import Client, picture
from tests.support.made_up import COMPANY, HOTEL, numbered
from tests.support.path_world import Path4, utc_now
from tests.support.walking import application

pytestmark = pytest.mark.mongo

ITEM = "000-24"  # a pass of the police of Xinjiang, applied for at a counter after booking
PHONE_ITEM, BY_PHONE = "002-15", "officer-qijiang"
NUMBER = numbered("650102", "19900101", "772")
OTHER = numbered("650102", "19910202", "773")
CANARY = "金丝雀·样例"
DOCUMENT = {"id_kind": "resident-id", "id_number": NUMBER}
PERSON = {"name": CANARY, "id_number": NUMBER, "phone": "13900007788"}


class Counter:
    """An installation with an officer at a counter of the police of Xinjiang."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)
        self.world = self.path.world
        self.intake = self.path.client("intake")

    def sit(self, how: str = "present", document: Any = DOCUMENT, **claims: Any) -> Any:
        body = {"how": how} | ({"document": document} if document else {})
        return self.intake.post("/v1/counter/sittings", body, "officer", **self.token(claims))

    def scan(self, sitting: str, user: str = "officer") -> Any:
        return self.intake.app.test_client().post(
            f"/v1/counter/scans?sitting={sitting}",
            data=picture(),
            content_type="image/png",
            headers=self.world.headers(user),
        )

    def form(
        self, sitting: str, *, item: str = ITEM, user: str = "officer", **changes: Any
    ) -> dict[str, Any]:
        """A complete application for an item, scanned at the desk."""
        rules = self.path.rules
        wish = application(rules.catalogue.item(item), rules, datetime.now(UTC))
        body = {
            "item": item,
            "sitting": sitting,
            "delivery": wish.delivery,
            "applicant": PERSON,
            "declared": True,
            "materials": [
                {"code": one.code, "blob": self.scan(sitting, user).json["blob"]}
                for one in wish.materials
            ],
            "situations": list(wish.situations),
            "facts": as_body(wish.answers),
        }
        if wish.variant:
            body["variant"] = wish.variant
        return body | changes

    def take_in(self, body: dict[str, Any], user: str = "officer", **more: str) -> Any:
        return self.intake.post("/v1/counter/applications", body, user, **more)

    def taken_in(self, how: str = "present", document: Any = DOCUMENT) -> str:
        done = self.take_in(self.form(self.sit(how, document).json["sitting"]))
        assert done.status_code == 201, done.json
        self.path.settle()
        return str(done.json["case"])

    def token(self, claims: dict[str, Any], user: str = "officer") -> dict[str, str]:
        if not claims:
            return {}
        return {"Authorization": f"Bearer {self.world.issuer.issue(user, **claims)}"}

    def signed_in(self, client: Client, path: str, **claims: Any) -> Any:
        """What somebody with an account of their own is answered."""
        token = self.token({"sub": "somebody-at-home", **claims}, "applicant")
        return client.app.test_client().get(path, headers=token)


@pytest.fixture
def counter(databases: Databases, tmp_path: Path) -> Counter:
    return Counter(databases, tmp_path)


def identity(number: str = NUMBER, kind: str = "resident-id") -> dict[str, str]:
    return {"kind": kind, "number": number}


def events(counter: Counter, case: str) -> list[Any]:
    return [*counter.world.log("intake").load(f"case/{case}").events]


def test_a_case_taken_in_at_the_counter_goes_to_its_acceptance(counter: Counter) -> None:
    case = counter.taken_in()
    first = counter.world.log("intake").load(f"case/{case}").commits[0]
    assert [one.type for one in first.events] == [
        "intake.CaseSubmitted",
        "intake.FeeAssessed",
        "intake.CaseTakenIn",
    ]
    submitted, taken = first.events[0].data, first.events[2].data
    assert submitted["channel"] == "booking-then-counter"
    assert taken == {"how": "present", "document": "resident-id", "officer": "staff-officer"}
    actor = first.body.actor
    assert (actor.kind, actor.ref, actor.on_behalf_of) == (
        "officer",
        "staff-officer",
        submitted["subject"],
    )
    shown = counter.intake.get(f"/v1/cases/{case}", "officer").json
    assert {name: shown["taken_in"][name] for name in ("how", "document")} == {
        "how": "present",
        "document": "resident-id",
    }
    assert "acceptance" in shown["actions"]
    accepted = counter.intake.post(f"/v1/cases/{case}/acceptance", {}, "officer")
    assert accepted.status_code == 200, accepted.json
    counter.path.settle()
    assert counter.intake.get(f"/v1/cases/{case}", "officer").json["status"] == "under-review"


def test_the_same_request_again_is_the_same_case(counter: Counter) -> None:
    sitting = counter.sit(sub="local-officer").json["sitting"]
    body, key = counter.form(sitting), {"Idempotency-Key": "k-1"}
    first, again = counter.take_in(body, **key), counter.take_in(body, **key)
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"


def stored(databases: Databases) -> Iterator[tuple[str, bytes]]:
    for database in (databases.log, databases.work, databases.views, databases.vault):
        for name in database.list_collection_names():
            for document in database[name].find():
                yield f"{database.name}.{name}", bson.encode(document)


def test_the_number_that_was_seen_stands_nowhere_in_plain(
    counter: Counter, databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    opened = counter.sit()
    case = counter.taken_in()
    progress = counter.path.client("notify")
    answers = [
        opened,
        counter.intake.get(f"/v1/cases/{case}", "officer"),
        progress.get(f"/v1/progress/{case}", "officer"),
        progress.get(f"/v1/notices/{case}", "officer"),
    ]
    for canary in (NUMBER, CANARY, PERSON["phone"]):
        assert [place for place, raw in stored(databases) if canary.encode() in raw] == []
        assert all(canary not in answer.get_data(as_text=True) for answer in answers)
        assert canary not in caplog.text


@pytest.mark.requirement("R-100")
def test_who_was_seen_finds_the_case_when_they_sign_in_with_that_document(
    counter: Counter, databases: Databases
) -> None:
    case, notify = counter.taken_in(), counter.path.client("notify")
    Generations(VIEW, databases.views).claim_first(utc_now())
    catch_up(counter.path.parts(), 1)
    seen = counter.signed_in(counter.intake, f"/v1/cases/{case}", identity=identity())
    assert seen.status_code == 200, seen.json
    listed = counter.signed_in(notify, "/v1/progress", identity=identity()).json
    assert [one["case"] for one in listed["cases"]] == [case]
    read = counter.signed_in(counter.intake, f"/v1/cases/{case}/application", identity=identity())
    assert read.json["applicant"]["id_number"] == NUMBER
    blob = read.json["documents"][0]["blob"]
    at = f"/v1/cases/{case}/materials/{blob}"
    assert counter.signed_in(counter.intake, at, identity=identity()).status_code == 200
    who = counter.signed_in(counter.intake, f"/v1/cases/{case}/readings", identity=identity()).json
    assert {one["duty"] for one in who["readings"]} >= {"apply"}


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"identity": identity(OTHER)},
        {"identity": identity(), "acr": "low"},
        {"identity": identity(), "acr": None},
        {"identity": identity("C12345678", "passport")},
    ],
    ids=["no-document", "another", "low", "no-level", "another-kind"],
)
def test_nobody_else_finds_it(counter: Counter, claims: dict[str, Any]) -> None:
    case = counter.taken_in()
    found = counter.signed_in(counter.intake, f"/v1/cases/{case}", **claims)
    assert found.status_code == 404
    listed = counter.signed_in(counter.path.client("notify"), "/v1/progress", **claims).json
    assert listed["cases"] == []


@pytest.mark.parametrize("how", ["present", "telephone"])
def test_without_a_document_seen_nobody_takes_the_case_over(counter: Counter, how: str) -> None:
    """Not even by the number that was written into the application."""
    sitting = counter.sit(how, document=None).json
    assert sitting["seen"] is None
    body = counter.form(sitting["sitting"])
    if how == "telephone":
        refused = counter.take_in(body)
        assert refused.status_code == 409  # the item is not offered on the telephone
        assert refused.json["faults"][0]["code"] == "channel-not-offered"
        return
    done = counter.take_in(body)
    assert done.status_code == 201, done.json
    case = done.json["case"]
    assert events(counter, case)[2].data["document"] == ""
    found = counter.signed_in(counter.intake, f"/v1/cases/{case}", identity=identity())
    assert found.status_code == 404


def test_what_is_told_on_the_telephone_is_taken_in_for_a_new_person_each_time(
    counter: Counter,
) -> None:
    subjects = set()
    for _ in range(2):
        sitting = counter.intake.post("/v1/counter/sittings", {"how": "telephone"}, BY_PHONE)
        body = counter.form(sitting.json["sitting"], item=PHONE_ITEM, user=BY_PHONE)
        done = counter.take_in(body, BY_PHONE)
        assert done.status_code == 201, done.json
        assert done.json["also_open"] == []
        submitted, _fee, taken = events(counter, done.json["case"])
        assert (submitted.data["channel"], submitted.data["contact"]) == ("phone", ["phone"])
        assert (taken.data["how"], taken.data["document"]) == ("telephone", "")
        subjects.add(submitted.data["subject"])
        at = f"/v1/cases/{done.json['case']}"
        assert counter.signed_in(counter.intake, at, identity=identity()).status_code == 404
    assert len(subjects) == 2


def test_a_receipt_is_there_to_be_printed_for_who_is_present(counter: Counter) -> None:
    case = counter.taken_in()
    papers = counter.path.client("issuance").get(f"/v1/issuance/{case}/papers", "officer")
    assert papers.status_code == 200, papers.json
    assert [one["kind"] for one in papers.json["papers"]] == ["receipt"]


def test_two_visits_of_one_person_are_of_one_subject_and_an_erasure_takes_both(
    counter: Counter, databases: Databases
) -> None:
    first, second = counter.taken_in(), counter.taken_in()
    subjects = {events(counter, case)[0].data["subject"] for case in (first, second)}
    assert len(subjects) == 1
    (subject,) = subjects
    assert databases.vault["subjects"].count_documents({"ref": subject}) > 1
    clerk = Actor(kind="operator", ref="staff-1")
    counter.world.opened.erasures.order(subject, actor=clerk, case_open=lambda _case: False)
    assert databases.vault["subjects"].count_documents({"ref": subject}) == 0
    vault = counter.world.opened.vault
    for case in (first, second):
        commit = counter.world.log("intake").load(f"case/{case}").commits[0]
        with pytest.raises(Erased):
            vault.reveal(commit, 1, "id_number", reader=clerk, why="test")
        for material in commit.events[0].data["materials"]:
            with pytest.raises(Erased):
                counter.world.opened.blobs.read(material["blob"], reader=clerk, why="test")


@pytest.mark.requirement("R-019")
def test_another_document_than_the_one_seen_is_refused(counter: Counter) -> None:
    sitting = counter.sit().json["sitting"]
    body = counter.form(sitting, applicant={**PERSON, "id_number": OTHER})
    refused = counter.take_in(body)
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert (error["pointer"], error["code"]) == ("/applicant/id_number", "not-who-was-seen")
    assert OTHER not in refused.get_data(as_text=True)


def test_of_an_organisation_its_representative_is_who_was_seen(counter: Counter) -> None:
    sitting = counter.sit().json["sitting"]
    alone = {**HOTEL, "sitting": sitting, "applicant": COMPANY}
    refused = counter.take_in(alone)
    assert refused.json["errors"][0]["pointer"] == "/representative/id_number"


def test_what_a_colleague_began_is_not_gone_on_with(counter: Counter) -> None:
    sitting = counter.sit().json["sitting"]
    assert counter.scan(sitting, "officer-2").status_code == 404
    refused = counter.take_in(counter.form(sitting), "officer-2")
    assert refused.json["errors"][0]["code"] == "sitting-unknown"


def test_an_upload_of_somebody_else_is_not_named(counter: Counter) -> None:
    theirs = counter.scan(counter.sit(document={**DOCUMENT, "id_number": OTHER}).json["sitting"])
    sitting = counter.sit().json["sitting"]
    body = counter.form(sitting)
    body["materials"][0]["blob"] = theirs.json["blob"]
    refused = counter.take_in(body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/materials/0/blob"


def test_an_officer_takes_in_nothing_that_is_their_own(counter: Counter) -> None:
    """Given an officer whose token vouches for their document, when the document is in the form."""
    own = counter.sit(identity=identity(), acr="high")
    assert (own.status_code, own.json["type"].rpartition(":")[2]) == (403, "own-case")
    mine = counter.token({"identity": identity(), "acr": "high"})
    sitting = counter.sit(document=None, identity=identity(), acr="high").json["sitting"]
    refused = counter.take_in(counter.form(sitting, materials=[]), **mine)
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (403, "own-case")


def test_at_the_desk_nobody_meets_the_case_that_a_colleague_took_in_for_them(
    counter: Counter,
) -> None:
    case = counter.taken_in()
    mine = counter.token({"identity": identity(), "acr": "high"})
    refused = counter.intake.post(f"/v1/cases/{case}/acceptance", {}, "officer", **mine)
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (403, "own-case")


@pytest.mark.parametrize(
    ("user", "claims"),
    [
        ("officer", {"duties": ["review", "approve"]}),
        ("producer", {}),
        ("applicant", {}),
        ("auditor", {}),
    ],
)
def test_without_the_duty_nobody_serves_at_a_counter(
    counter: Counter, user: str, claims: dict[str, Any]
) -> None:
    token = counter.token(claims, user)
    for path in ("sittings", "applications"):
        refused = counter.intake.post(f"/v1/counter/{path}", {"how": "present"}, user, **token)
        assert refused.status_code == 403
    assert counter.scan("0" * 32, "applicant").status_code == 403


def test_an_office_takes_in_its_own_items_alone(counter: Counter) -> None:
    elsewhere = "officer-changji"
    opened = counter.intake.post(
        "/v1/counter/sittings", {"how": "present", "document": DOCUMENT}, elsewhere
    )
    body = counter.form(counter.sit().json["sitting"])
    refused = counter.take_in({**body, "sitting": opened.json["sitting"]}, elsewhere)
    assert refused.status_code == 403


def test_a_document_is_not_seen_on_the_telephone(counter: Counter) -> None:
    refused = counter.sit("telephone")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["code"] == "document-not-seen"


def test_a_key_of_another_sitting_opens_nothing(counter: Counter) -> None:
    body = {"how": "present", "document": DOCUMENT}
    key = {"Idempotency-Key": "sit-1"}
    first = counter.intake.post("/v1/counter/sittings", body, "officer", **key)
    again = counter.intake.post("/v1/counter/sittings", body, "officer", **key)
    assert first.json == again.json
    other = {"how": "present", "document": {**DOCUMENT, "id_number": OTHER}}
    for changed in (other, {"how": "present"}, {"how": "telephone"}):
        refused = counter.intake.post("/v1/counter/sittings", changed, "officer", **key)
        assert refused.status_code == 422
        assert refused.json["type"].endswith("key-reused")


def test_originals_are_recorded_as_seen_and_as_given_back(counter: Counter) -> None:
    case = counter.taken_in()
    at = f"/v1/cases/{case}/originals"
    seen = counter.intake.post(at, {"seen": ["identity-card"]}, "officer")
    assert seen.json["events"] == ["intake.OriginalsSeen"]
    (one,) = counter.intake.get(f"/v1/cases/{case}", "officer").json["originals"]
    assert (one["material"], one["returned_at"]) == ("identity-card", None)
    back = counter.intake.post(at, {"returned": ["identity-card"]}, "officer-2")
    assert back.json["events"] == ["intake.OriginalsReturned"]
    told = events(counter, case)[-1]
    assert told.data == {"materials": ["identity-card"], "officer": "staff-officer-2"}
    (one,) = counter.intake.get(f"/v1/cases/{case}", "officer").json["originals"]
    assert one["returned_at"] >= one["seen_at"]
    body = {"seen": ["identity-card"]}
    assert counter.intake.post(at, body, "applicant").status_code == 403
    assert counter.intake.post(at, body, "officer-changji").status_code == 404
    assert counter.intake.post(at, {}, "officer").status_code == 422
