"""`actions` is exactly what this caller can do: by everybody every command is sent, and compared.

States are drawn by a seed from walks of items of all eleven templates: each kind of stage and each
end. In each state each of twelve persons sends every command of the permission table on the case
and on its documents, with a body that its schema and the state allow, over the whole road of the
web: token, role, duty, place, schema, decision, sealing, commit, answer. What had an effect is what
`actions` named to them in that state, no more and no less, and so are the actions that a refusal
names. After each effect the log is set back to where it was.

That the same again has no effect, and is answered with 200, is no action.
"""

import os
import random
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from flask.testing import FlaskClient

from services.intake.application.application import choices_of
from services.review.desk.draft_store import COLLECTION as DRAFTS
from shared.case import case_stream, document_stream
from shared.case.issuance.closing import Outcome
from shared.casework.offers import COMMANDS_OF, ELSEWHERE
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.definition.words import STAGE_KINDS
from shared.config import Databases
from shared.security.permissions import TABLE, Kind, Scope
from tests.selection import SEED
from tests.support.bodies import BLOB, NONE, VOUCHER, bodies
from tests.support.casework_world import picture
from tests.support.given import rules
from tests.support.on_log import Wandering, kind_of
from tests.support.path_world import Path4
from tests.support.people import Person, twelve
from tests.support.telling import tell
from tests.support.walking import application, open_at

pytestmark = pytest.mark.mongo
ON_CASE = [
    row
    for row in TABLE
    if row.kind in {Kind.COMMAND, Kind.CREATE} and row.scope is Scope.OWN and "{case}" in row.rule
]
ON_DOCUMENT = [row for row in TABLE if row.kind is Kind.COMMAND and "{document}" in row.rule]
SHOWN = {
    "intake": "/v1/cases/{}",
    "review": "/v1/reviews/{}",
    "issuance": "/v1/issuance/{}",
}
ACTION_OF = {command: name for name, commands in COMMANDS_OF.items() for command in commands}
ACTION_OF |= {"draft": "proposal"}  # a draft is kept where a proposal can be made
STAGES = (*STAGE_KINDS, *(f"end:{outcome}" for outcome in get_args(Outcome)))
TEMPLATES = tuple(f"T{n:02}" for n in range(1, 12))
PARTS = 20  # a part is one test: a draw of its own, so that none takes long
STATES = 40
WHOLE = 300
LEAST = 10  # of each kind of stage, each end and each template, of all 300
TRIES = 60
WRONG_CODE = "00000000"

# What happens on a walk, and how often it may.
WAYS = {
    "refused": 0.15,
    "short": 0.25,
    "lapsing": 0.1,
    "rejected": 0.08,
    "withdrawn": 0.08,
    "rectified": 0.5,
    "unclaimed": 0.15,
    "spoiled": 0.3,
    "returned": 0.3,
    "late": 0.3,
    "handed-round": 0.4,
    "asked": 0.2,
    "overpaid": 0.4,
    "seen": 0.4,
    "documents": 0.6,
}
# Without which a kind is not reached, and with which it is not.
ENDS_IT = frozenset({"refused", "lapsing", "rejected", "withdrawn"})
NEEDED: Mapping[str, tuple[frozenset[str], ...]] = {
    "retry": (frozenset({"rectified"}),),
    "end:refused": (frozenset({"refused"}),),
    "end:withdrawn": (frozenset({"withdrawn"}),),
    "end:unclaimed": (frozenset({"unclaimed"}),),
    "end:not-accepted": (
        frozenset({"rejected"}),
        frozenset({"lapsing"}),
        frozenset({"short", "lapsing"}),
    ),
}
COUNTED = Counter[str]()  # of all parts; one process runs them all


def plan(seed: int, states: int) -> list[str]:
    """Which kind each state is to be of: two thirds in turn, the others wherever a walk stops."""
    planned = states * 2 // 3
    kinds = [STAGES[n % len(STAGES)] for n in range(planned)] + [""] * (states - planned)
    random.Random(f"{seed} plan").shuffle(kinds)  # noqa: S311 - to be repeated
    return kinds


@dataclass
class Installation:
    """One installation, its services' apps, and the uploads of two applicants."""

    databases: Databases
    folder: Path
    number: int = 0
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = Path4(self.databases, self.folder)
        self.commits = self.databases.log["commits"]
        apps = {name: self.path.app(name) for name in SHOWN}
        self.clients = {name: app.test_client() for name, app in apps.items()}
        world = self.path.world
        self.blobs = {user: self._upload(user) for user in ("applicant", "neighbour")}
        vault = world.opened.vault
        self.subject = vault.subject_for(world.settings.issuer, "local-applicant")

    def _upload(self, user: str) -> str:
        answer = self.clients["intake"].post(
            "/v1/uploads",
            data=picture(),
            content_type="image/png",
            headers=self.path.world.headers(user),
        )
        blob: str = (answer.json or {})["blob"]
        return blob

    def undone(self, stream: str, version: int) -> bool:
        """Set a stream back to a version, and forget what was drafted; whether there was any."""
        after = {"stream": stream, "first_version": {"$gt": version}}
        gone = self.commits.delete_many(after).deleted_count
        return bool(gone + self.databases.work[DRAFTS].delete_many({}).deleted_count)

    def state(self, wanted: str, chance: random.Random) -> Wandering:
        """A case at the wanted kind of stage, or anywhere."""
        for _ in range(TRIES):
            ways = ways_to(wanted, chance)
            item = chance.choice(items_with(wanted, chance))
            self.number += 1
            walk = Wandering(
                self.path,
                item,
                open_at(item, self.path.rules, datetime.now(UTC)),
                number=self.number,
                subject=self.subject,
                ways=ways,
                chance=chance,
            )
            if walk.wander(wanted):
                walk.afterwards()
                self.path.world.ahead = walk.now + timedelta(minutes=1) - datetime.now(UTC)
                return walk
        raise AssertionError(f"no walk came to {wanted} in {TRIES} tries")


def ways_to(wanted: str, chance: random.Random) -> frozenset[str]:
    drawn = {way for way, likely in WAYS.items() if chance.random() < likely}
    if wanted in NEEDED:
        needed = chance.choice(NEEDED[wanted])
        return frozenset(drawn - ENDS_IT - {"unclaimed"} | needed)
    return frozenset(drawn - ENDS_IT - {"unclaimed"} if wanted else drawn)


@cache
def kinds_with() -> Mapping[str, Mapping[str, list[Item]]]:
    """By kind of stage and by template: the items that have such a stage, or may end so."""
    found: dict[str, dict[str, list[Item]]] = {}
    for item in packaged_catalogue().items():
        if not item.text.offered:
            continue
        now = open_at(item, rules(), datetime.now(UTC))
        said = application(item, rules(), now)
        stages = rules().stages(item, choices_of(said), said.delivery)
        kinds = {stage.kind for stage in stages} | {"end:refused"}
        kinds.add("end:delivered" if "handover" in kinds else "end:completed")
        if item.text.initiated_by == "applicant":
            kinds |= {"end:withdrawn", "end:not-accepted"}
            pickup = any(way.kind == "pickup" for way in item.text.delivery)
            kinds |= {"end:unclaimed"} if pickup and "production" in kinds else set()
        for kind in ("", *kinds):
            found.setdefault(kind, {}).setdefault(item.text.template, []).append(item)
    return found


def items_with(wanted: str, chance: random.Random) -> list[Item]:
    """The items of one template, drawn of those that have the kind."""
    by_template = kinds_with()[wanted]
    return by_template[chance.choice(sorted(by_template))]


@dataclass
class Asked:
    """What one person is shown of a case, and what comes of what they send."""

    installation: Installation
    walk: Wandering
    person: Person

    def __post_init__(self) -> None:
        world, case = self.installation.path.world, self.walk.case
        token = world.issuer.issue(self.person.user, **self.person.claims)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.blob = self.installation.blobs.get(self.person.user, NONE)
        self.case = case
        self.shown: dict[str, Any] = {}
        for service, path in SHOWN.items():
            client = self.installation.clients[service]
            answer = client.get(path.format(case.id), headers=self.headers)
            assert answer.status_code in {200, 403, 404}, (service, answer.json)
            self.shown[service] = answer.json if answer.status_code == 200 else {}
        self.voucher = self._voucher(self.headers)

    def _voucher(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """What is shown of the code by which a document is collected: to whom it belongs."""
        path = f"/v1/issuance/{self.case.id}/voucher"
        answer = self.installation.clients["issuance"].get(path, headers=headers)
        return answer.json if answer.status_code == 200 else {}  # type: ignore[no-any-return]

    def _code(self) -> str:
        """The code that the applicant was shown; a wrong one where there is none."""
        token = self.installation.path.world.issuer.issue("applicant")
        shown = self._voucher({"Authorization": f"Bearer {token}"}).get("voucher") or {}
        return str(shown.get("code") or WRONG_CODE)

    def listed(self) -> set[str]:
        """The actions that the three services name, and those on each document."""
        found = {
            f"{service}/{name}"
            for service, one in self.shown.items()
            for name in one.get("actions", ())
        }
        for paper in self.shown["issuance"].get("documents", ()):
            found |= {f"{paper['document']}/{name}" for name in paper["actions"]}
        return found | {f"issuance/{name}" for name in self.voucher.get("actions", ())}

    def done(self) -> set[str]:
        """The actions by which something happened: every command was sent."""
        found = set[str]()
        for row in ON_CASE:
            name = row.rule.rpartition("/")[2]
            path = row.rule.replace("{case}", self.case.id)
            if self._sent(row.service, path, name, case_stream(self.case.id), self.case.version):
                found.add(f"{row.service}/{ACTION_OF.get(name, name)}")
        log = self.walk.logs["issuance"]
        for document in self.walk.documents():
            stream = document_stream(document)
            version = log.load(stream).version
            for row in ON_DOCUMENT:
                name = row.rule.rpartition("/")[2]
                path = row.rule.replace("{document}", document)
                if self._sent(row.service, path, name, stream, version):
                    found.add(f"{document}/{name}")
        return found

    def _sent(self, service: str, path: str, name: str, stream: str, version: int) -> bool:
        """Whether one of the bodies had an effect; its stream is set back to where it was.

        A refusal may be recorded too, and is no effect.
        """
        client = self.installation.clients[service]
        for body in bodies(name, self.walk):
            sent = orjson.dumps(body).replace(BLOB.encode(), self.blob.encode())
            if VOUCHER.encode() in sent:
                sent = sent.replace(VOUCHER.encode(), self._code().encode())
            answer = client.post(
                path,
                data=sent,
                content_type="application/json",
                headers={**self.headers, "Idempotency-Key": uuid.uuid4().hex, "If-Match": "*"},
            )
            told = answer.json or {}
            about = (self.person.name, path, body, told)
            assert answer.status_code in {200, 403, 404, 409}, about
            if answer.status_code in {403, 404}:
                return False  # whatever the body says
            if answer.status_code == 409:
                self._must_be_theirs(service, path, told["actions"], about)
            happened = self.installation.undone(stream, version)
            if answer.status_code == 200 and happened:
                return True
        return False

    def _must_be_theirs(self, service: str, path: str, named: list[str], about: Any) -> None:
        """A refusal names nothing that this person is not shown."""
        document = path.split("/")[3] if path.startswith("/v1/documents/") else ""
        mine = {f"{document or service}/{name}" for name in named}
        assert mine <= self.listed(), about


def compared(installation: Installation, walk: Wandering, *, officer_too: bool) -> None:
    """Compare what is sent with what is offered, for each of the twelve."""
    before = installation.commits.count_documents({})
    for person in twelve(walk.item.text, officer_too=officer_too):
        asked = Asked(installation, walk, person)
        listed = {one for one in asked.listed() if one.partition("/")[2] not in ELSEWHERE}
        about = (walk.item.id, kind_of(walk), walk.ways, person.name)
        assert asked.done() == listed, about
        owner = person.name == "applicant" and bool(walk.case.subject)
        assert ("intake/payment" in asked.listed()) == (owner and walk.can_be_paid()), about
    assert installation.commits.count_documents({}) == before, "a try was not undone"


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_sent_and_succeeds_is_what_actions_named(
    databases: Databases, tmp_path: Path, request: pytest.FixtureRequest, part: int
) -> None:
    seed = int(os.environ.get(SEED) or random.randrange(2**32))  # noqa: S311 - to be repeated
    states = int(os.environ.get("CASELEDGER_OFFERED_STATES", STATES))
    chance = random.Random(f"{seed} offered {part}")  # noqa: S311 - to be repeated
    installation = Installation(databases, tmp_path)
    found = Counter[str]()
    for number, wanted in enumerate(plan(seed, states)[part::PARTS]):
        try:
            walk = installation.state(wanted, chance)
            compared(installation, walk, officer_too=number % 2 == 1)
        except AssertionError as error:
            raise AssertionError(f"{SEED}={seed}, state {number} of part {part}") from error
        found.update({kind_of(walk): 1, walk.item.text.template: 1, "states": 1})
    COUNTED.update(found)
    tell(request, f"what is offered: seed {seed}, part {part}: {dict(sorted(found.items()))}")


def test_each_kind_of_stage_and_each_end_is_drawn_often_enough(
    request: pytest.FixtureRequest,
) -> None:
    """Of all the parts above together; a part that ran alone is no draw."""
    states = int(os.environ.get("CASELEDGER_OFFERED_STATES", STATES))
    if COUNTED["states"] != states:
        pytest.skip(f"{COUNTED['states']} of {states} states were compared in this process")
    tell(request, f"what is offered: all parts: {dict(sorted(COUNTED.items()))}")
    least = LEAST * states // WHOLE
    assert {kind: n for kind in STAGES if (n := COUNTED[kind]) < least} == {}
    if states >= WHOLE:
        assert {kind: n for kind in TEMPLATES if (n := COUNTED[kind]) < LEAST} == {}


def test_three_hundred_states_are_planned_with_each_kind_ten_times() -> None:
    for seed in range(20):
        counted = Counter(plan(seed, WHOLE))
        assert min(counted[kind] for kind in STAGES) >= LEAST
