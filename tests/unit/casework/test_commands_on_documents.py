"""A command on `document/<id>` over HTTP: who may meet it, which version, once, and the answer.

The command is a made-up one; the log, the desk and the furniture of the web process are the real
ones, over a store that keeps its commits in memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask, Response

from shared.case import Fact, IssuedDocument, Rules
from shared.case.issuance.document import DocumentExpired
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.casework.desk import document_at_desk
from shared.casework.log import drafts
from shared.casework.schemas import DocumentDoneSchema
from shared.casework.topics import CaseCommand, FireTimer, Topic, Topics
from shared.eventlog import Commit, EventLog, Loaded, Sealed
from shared.eventlog.building import sealed_value
from shared.eventlog.codec import decode_commit
from shared.eventlog.errors import Refused
from shared.eventlog.store import Taken
from shared.http import Blueprint, Schema, Str, create_app
from shared.security import Kind, Permission, Role, Scope
from shared.security.local_issuer import LocalIssuer
from tests.support import histories as h
from tests.support.given import rules
from tests.support.http_world import OWNER, deps_for
from tests.support.logs import command, writer

NOW = datetime(2027, 5, 1, 4, 0, tzinfo=UTC)
UNTIL = date(2027, 4, 30)
NUMBERED = DocumentNumbered(case="c1", grant=1, issue=1, result="permit", scheme="permit", number=3)
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="permit", number=3, reason="withdrawn")
RULE = "/v1/documents/{document}/endorsement"
ROW = Permission(
    service="sample",
    method="POST",
    rule=RULE,
    roles=frozenset({Role.OFFICER}),
    scope=Scope.OWN,
    kind=Kind.COMMAND,
)


class StampDocument(CaseCommand, frozen=True, kw_only=True):
    """Write a fact on a document, so that there is one. `item`: the one of the document's case."""

    item: str = ""


class Stamped(DocumentExpired, frozen=True, kw_only=True):
    """The fact, beside which a free text may stand sealed."""

    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})


class OpenSealer:
    """Seals nothing, and says under whose key it would have been."""

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        return f"{stream}/{version}/{field}|{value.key_ref}|{value.plaintext}".encode()


def stamp(
    document: IssuedDocument, cmd: StampDocument, _rules: Rules, _now: datetime
) -> list[Fact]:
    if document.voided is not None:
        raise Refused("The number is void.")
    if document.expired is not None:
        return []
    return [Stamped(case=document.case, result=cmd.item or "permit", until=UNTIL)]


TOPICS = Topics(
    "issuance",
    (Topic(on_documents={StampDocument: stamp}, sealed={StampDocument: (Stamped.TYPE, "note")}),),
    overdue=IssuanceStepOverdue,
)


class MemoryStore:
    """Commits in memory, under the two unique keys of the collection."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []

    def stream(self, stream: str, *, upto_version: int | None = None) -> Loaded:
        commits = tuple(
            commit
            for commit in self.commits
            if commit.stream == stream
            and (upto_version is None or commit.first_version <= upto_version)
        )
        return Loaded(stream=stream, commits=commits)

    def by_command(self, stream: str, command_id: str) -> Commit | None:
        found = (one for one in self.stream(stream) if one.body.command_id == command_id)
        return next(found, None)

    def confirmed(self, stream: str, first_version: int) -> bool:
        return any(one.first_version == first_version for one in self.stream(stream))

    def insert(self, document: Mapping[str, Any]) -> None:
        commit = decode_commit(document)
        if self.confirmed(commit.stream, commit.first_version):
            raise Taken
        self.commits.append(commit)

    def check_indexes(self) -> None:
        """Both keys are kept by `insert`."""


@dataclass(frozen=True)
class Room:
    """What the desk works with."""

    log: EventLog
    rules: Rules
    now: Callable[[], datetime]


class Office:
    """One case of the local applicant, its documents, and a web process."""

    def __init__(self, folder: Path, **deps: Any) -> None:
        self.store = MemoryStore()
        self.issuer = LocalIssuer(folder)
        self.issuer.create()
        self.append("intake", "case/c1", *h.submitted(subject=OWNER))
        room = Room(self.log("issuance"), rules(), lambda: NOW)
        blp = Blueprint("documents", "documents", url_prefix="/v1/documents", description="Toys.")

        @blp.post("/<document>/endorsement")
        @blp.arguments(Schema.from_dict({"note": Str(max_length=20)}))
        @blp.response(200, DocumentDoneSchema)
        def stamp(body: dict[str, Any], document: str) -> Response:
            """Stamp a document."""
            if "note" not in body:
                return document_at_desk(TOPICS, room, document, StampDocument())
            of_case = lambda case: StampDocument(item=case.item)  # noqa: E731
            return document_at_desk(TOPICS, room, document, of_case, body=body)

        self.app: Flask = create_app("sample", [blp], [ROW], deps_for(self.issuer, **deps))

    def log(self, name: str) -> EventLog:
        return EventLog(
            self.store,  # type: ignore[arg-type]
            writer(name),
            sealer=OpenSealer(),  # type: ignore[arg-type]
            lanes=4,
            code_version="test",
            pause=lambda _seconds: None,
        )

    def append(self, name: str, stream: str, *facts: Fact) -> None:
        self.log(name).execute(stream, command(f"test:{stream}"), lambda _: drafts(facts))

    def numbered(self) -> "Office":
        self.append("issuance", "document/d1", NUMBERED)
        return self

    def post(
        self, document: str = "d1", user: str = "officer", *, note: str = "", **headers: str
    ) -> Any:
        given = {"idempotency-key": "key-1", "if-match": "*"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        given["Authorization"] = f"Bearer {self.issuer.issue(user)}"
        path = RULE.replace("{document}", document)
        return self.app.test_client().post(path, json={"note": note} if note else {}, headers=given)

    def types(self, stream: str = "document/d1") -> list[str]:
        return [event.type for event in self.log("issuance").load(stream).events]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).numbered()


def test_it_is_decided_and_answered_from_its_commit(office: Office) -> None:
    answer = office.post(if_match='"1"')
    assert answer.status_code == 200
    (commit,) = [one for one in office.store.commits if one.first_version == 2]
    assert answer.json == {
        "document": "d1",
        "version": 2,
        "events": ["issuance.DocumentExpired"],
        "receipt": {"stream": "document/d1", "first_version": 2, "hash": commit.hash.hex()},
    }
    assert DocumentDoneSchema().validate(answer.json) == {}
    assert answer.headers["ETag"] == '"2"'
    assert commit.body.actor.kind == "officer"
    assert office.types() == ["issuance.DocumentNumbered", "issuance.DocumentExpired"]


def test_a_command_may_be_made_from_the_case_and_its_free_text_is_sealed_under_its_key(
    office: Office,
) -> None:
    answer = office.post(note="In person.")
    assert answer.json["events"] == ["issuance.DocumentExpired"]
    commit = office.store.commits[-1]
    (event,) = commit.events
    assert event.data["result"] == "000-01"
    assert "In person." not in str(event.data)
    key = f"subject/{OWNER}"
    sealed = f"document/d1/2/note|{key}|In person.".encode()
    assert sealed_value(commit, 2, "note") == (key, sealed)
    assert office.post(note="In person.").headers["Idempotency-Replayed"] == "true"


def test_a_repeat_has_one_effect_and_the_same_answer(office: Office) -> None:
    first, again = office.post(if_match='"1"'), office.post(if_match='"1"')
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(office.types()) == 2


def test_what_finds_nothing_to_do_says_so(office: Office) -> None:
    office.post()
    answer = office.post(idempotency_key="key-2")
    nothing = {"document": "d1", "version": 2, "events": [], "receipt": None}
    assert (answer.status_code, answer.json) == (200, nothing)


def test_another_version_of_the_document_is_stale(office: Office) -> None:
    answer = office.post(if_match='"7"')
    assert (answer.status_code, answer.json["present"]) == (412, 1)
    assert answer.json["detail"] == "The document is at version 1, not 7."
    assert len(office.types()) == 1


def test_a_refusal_of_the_decision_is_a_conflict(tmp_path: Path) -> None:
    """A voided number has no document, and belongs to its case all the same."""
    office = Office(tmp_path)
    office.append("issuance", "document/d1", VOIDED)
    answer = office.post()
    assert (answer.status_code, answer.json["detail"]) == (409, "The number is void.")


@pytest.mark.parametrize("version", ["*", '"1"', '"7"'])
@pytest.mark.parametrize(
    ("document", "user"), [("d1", "officer-elsewhere"), ("unknown", "officer"), ("lost", "officer")]
)
def test_a_stranger_learns_neither_that_it_is_there_nor_its_version(
    office: Office, document: str, user: str, version: str
) -> None:
    orphan = DocumentNumbered(
        case="nobody", grant=1, issue=1, result="permit", scheme="permit", number=4
    )
    office.append("issuance", "document/lost", orphan)
    before = len(office.store.commits)
    answer = office.post(document, user, if_match=version)
    told = {name: value for name, value in answer.json.items() if name != "correlation_id"}
    unknown = office.post("never-heard-of").json
    assert answer.status_code == 404
    assert told == {name: unknown[name] for name in told}
    assert len(office.store.commits) == before


def test_nobody_handles_the_document_of_their_own_case(tmp_path: Path) -> None:
    office = Office(tmp_path, find_subject=lambda _issuer, _subject: OWNER).numbered()
    answer = office.post()
    assert answer.status_code == 403
    assert answer.json["type"].endswith("own-case")
    assert len(office.types()) == 1


def test_who_has_not_the_role_is_not_let_in(office: Office) -> None:
    assert office.post(user="producer").status_code == 403
    assert office.post(user="applicant").status_code == 403


def test_the_worker_decides_on_a_document_by_the_same_table(office: Office) -> None:
    loaded = office.log("issuance").load("document/d1")
    (draft,) = TOPICS.decided(loaded, StampDocument(), rules(), NOW)
    assert draft.type == DocumentExpired.TYPE
    with pytest.raises(KeyError):
        TOPICS.decided(loaded, FireTimer(step="stamp", version=1), rules(), NOW)
