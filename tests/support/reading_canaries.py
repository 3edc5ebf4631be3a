"""Canaries of personal data in a case over HTTP, and everybody who is asked for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.security.local_issuer import USERS
from shared.security.permissions import TABLE, Kind, Permission
from tests.support.casework_world import Client
from tests.support.given import CRITERIA
from tests.support.path_world import Path4

# Made up, and each found nowhere else.
CANARIES: Mapping[str, str] = {
    "name": "测试金丝雀",
    "id_number": "650102199001018641",
    "phone": "13900008641",
    "email": "canary8641@example.org",
    "delivery_address": "乌鲁木齐市金丝雀路 8641 号",
    "note": "note canary 8642",
    "explanation": "explanation canary 8643",
    "tracking": "CANARY8644CN",
    "reason": "reason canary 8645",
}
APPLICANT = {name: CANARIES[name] for name in ("name", "id_number", "phone", "email")}
# (user, route): where a canary was seen.
Seen = frozenset[tuple[str, str]]


@dataclass
class Asked:
    """One case, and everybody who asks for it by every route that there is."""

    path: Path4
    case: str = ""
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, service: str) -> Client:
        """Requests to one service."""
        return self.clients.setdefault(service, self.path.client(service))

    def submit(self) -> None:
        """Apply for 000-01 by post, with a canary in each field."""
        intake = self.client("intake")
        body = {
            **intake.application(),
            "applicant": APPLICANT,
            "delivery_address": CANARIES["delivery_address"],
        }
        self.case = intake.post("/v1/cases", body).json["case"]
        self.path.settle()

    def decide(self, *, met: bool = True) -> None:
        """Propose as the officer who has the case, decide as a second one, with note and words."""
        findings = [{"criterion": code, "met": met or n == 0} for n, code in enumerate(CRITERIA)]
        proposal = {
            "proposal": "approve" if met else "refuse",
            "findings": findings,
            "note": CANARIES["note"],
        }
        self.at_desk("proposal", proposal)
        refusal = {"reasons": [CRITERIA[1]], "explanation": CANARIES["explanation"]}
        self.at_desk(*(("approval", {}) if met else ("refusal", refusal)), "officer-2")

    def at_desk(self, path: str, body: Any, user: str = "officer") -> None:
        """A command of the desk; its reactions are done."""
        done = self.client("review").post(f"/v1/reviews/{self.case}/{path}", body, user)
        assert done.status_code == 200, done.json
        self.path.settle()

    def get(self, service: str, rule: str, user: str, query: str = "") -> Any:
        """A reading by a rule of the table of permissions."""
        return self.client(service).get(rule.replace("{case}", self.case) + query, user)

    def application(self, service: str, user: str, query: str = "") -> Any:
        """The application as one service gives it."""
        prefix = {"intake": "cases", "review": "reviews", "issuance": "issuance"}[service]
        return self.get(service, f"/v1/{prefix}/{{case}}/application", user, query)

    def seen(self, *fields: str, query: str = "") -> dict[str, Seen]:
        """By each of these canaries: who was given it, by which route, of all there are."""
        found: dict[str, set[tuple[str, str]]] = {name: set() for name in fields or CANARIES}
        for row, user in self._calls():
            told = self.get(row.service, row.rule, user, query).get_data(as_text=True)
            for name, places in found.items():
                if CANARIES[name] in told:
                    places.add((user, row.rule))
        return {name: frozenset(places) for name, places in found.items() if places}

    def _calls(self) -> Iterator[tuple[Permission, str]]:
        """Each reading that a role lets in; the others are 403 before a case is looked at."""
        for row in TABLE:
            about = "{case}" in row.rule or "{" not in row.rule
            if row.kind is Kind.READ and about and "blob" not in row.rule:
                for name, user in USERS.items():
                    if row.roles & set(user.roles) and "items" not in row.rule:
                        yield row, name

    def everything(self) -> bytes:
        """Every document of every database, the sealed bytes as they are."""
        import bson  # noqa: PLC0415 - tests alone look at raw documents

        handles = self.path.databases
        found = b""
        for database in (handles.log, handles.work, handles.views, handles.vault):
            for name in database.list_collection_names():
                for document in database[name].find():
                    found += bson.encode(document)
        return found
