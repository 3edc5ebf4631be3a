"""Walks an item over HTTP: every person by the routes they have, every machine step awaited.

The case itself says what is owed; which request does it is the one table here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Protocol

from deploy.demo import people
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.rules.applicants import applicants_of
from shared.catalogue.rules.procedure import Procedure
from shared.clock import local_day
from shared.jurisdiction import packaged_jurisdiction
from tests.support.answers_given import as_body
from tests.support.collecting import shown_for
from tests.support.made_up import COMPANY, agreed
from tests.support.stating import stated
from tests.support.walking import BASIS, MOST_STEPS, WATCHED, application

# Who the token `applicant` vouches for, and with whose name somebody signs in on the pages.
PERSON = {name: people.APPLICANT[name] for name in ("name", "id_number")} | {
    "email": "nobody@example.com"
}
Answer = dict[str, Any]


class Callers(Protocol):
    """Everybody who uses a system over HTTP. `office`: the office in an officer's token."""

    def get(self, service: str, path: str, *, as_: str, office: str) -> Answer:
        """A reading that is answered 200."""

    def post(self, service: str, path: str, body: Answer, *, as_: str, office: str) -> Answer:
        """A command that is answered 2xx."""

    def upload(self) -> str:
        """The blob of a picture of the applicant's."""

    def pay(self, case: str, amount: str) -> None:
        """The gateway says that the fee came."""

    def settle(self, case: str, version: int) -> None:
        """Wait until what a machine owes on the case is done: it is past that version."""


@cache
def _regions() -> Mapping[str, str]:
    """Whose authority printed each source, read once for all tests."""
    return packaged_jurisdiction().sources


@dataclass
class HttpWalk:
    """One case of an item, and who does what is owed next; `changes` to its application."""

    callers: Callers
    item: Item
    rules: Rules
    changes: Mapping[str, Any] = field(default_factory=dict)
    case: str = ""
    desk: str = ""  # another office than the item's own, or a department as older tokens name it
    passed: date | None = None
    pass_over: Callable[[date], None] | None = None  # moves the clock past a day
    kind: str = ""  # of applicant, where it is not a person's item

    @property
    def office(self) -> str:
        """The office that decides a case of the item that names none."""
        if self.desk:
            return self.desk
        text = self.item.text
        return f"{text.department}-{_regions()[text.source.document]}"

    def today(self) -> date:
        """Today in China, or the day that the clock was moved to."""
        moved = self.passed + timedelta(days=1) if self.passed else date.min
        return max(local_day(datetime.now(UTC)), moved)

    def show(self) -> Answer:
        """The case as an officer of its department sees it."""
        return self.callers.get(
            "intake", f"/v1/cases/{self.case}", as_="officer", office=self.office
        )

    def begin(self, **more: Any) -> "HttpWalk":
        """Apply, or begin it as the one who does; `more` goes into the body."""
        wish = self.wish()
        if wish.initiated_by != "applicant":
            body = {
                "item": self.item.id,
                "initiated_by": wish.initiated_by,
                "reference": "R-1",
                "variant": wish.variant,
                "delivery": wish.delivery,
            }
            body = {name: value for name, value in body.items() if value != ""} | more
            done = self._post("intake", "/v1/initiations", body)
        else:
            done = self.callers.post(
                "intake", "/v1/cases", self._body(wish) | more, as_="applicant", office=""
            )
        self.case = done["case"]
        return self

    def wish(self) -> Any:
        return application(self.item, self.rules, datetime.now(UTC), **self.changes)

    def _body(self, wish: Any) -> Answer:
        body: Answer = {
            "item": wish.item,
            "channel": wish.channel,
            "delivery": wish.delivery,
            **_applicant(self.item),
            "declared": True,
            **agreed(self.item, self.rules),
            "materials": [
                {"code": one.code, "blob": self.callers.upload()} for one in wish.materials
            ],
            "situations": list(wish.situations),
            "options": list(wish.options),
            "facts": as_body(wish.answers),
        }
        if wish.variant:
            body["variant"] = wish.variant
        if wish.delivery == "post":
            body["delivery_address"] = "乌鲁木齐市 1 号"
        return body

    def to_the_end(self) -> Answer:
        """Do what is owed until the case is closed, or money waits for its day."""
        return self.until("")

    def until(self, kind: str) -> Answer:
        """Do what is owed until a step of this kind is, or until the case is closed."""
        for _ in range(MOST_STEPS):
            shown = self.show()
            if shown["status"] == "closed":
                return shown
            steps = [one["step"] for one in shown["owed"]]
            owed = [step for step in steps if step.partition(":")[0] not in WATCHED]
            assert owed, f"{self.item.id} is open and nothing is owed: {shown['status']}"
            if owed[0].partition(":")[0] == kind or self.before_its_day(owed[0], shown):
                return shown
            self.act(owed[0], shown)
        raise AssertionError(f"{self.item.id} never ends: {shown['status']} {owed}")

    def before_its_day(self, step: str, shown: Answer) -> bool:
        """Whether money waits for a day that is to come, and nobody here moves the clock."""
        if step != "payout" or not self.item.text.paydays:
            return False
        due_at = next(one["due_at"] for one in shown["owed"] if one["step"] == step)
        day = local_day(datetime.fromisoformat(due_at))
        if day <= self.today():
            return False
        if self.pass_over is None:
            return True
        self.passed = day - timedelta(days=1)
        self.pass_over(self.passed)
        return False

    def act(self, step: str, shown: Answer) -> None:
        """Who owes the step does it; a machine's is waited for."""
        kind, _, about = step.partition(":")
        if kind == "acceptance" and "acceptance" in shown["actions"]:
            kind = "officer-acceptance"
        by_system = kind == "record" and not self._is_officers(about)
        deed = None if by_system else DEEDS.get(kind)
        if deed is None:
            self.callers.settle(self.case, shown["version"])
            return
        service, path, body, who = deed(self, about, shown)
        if service == "gateway":
            self.callers.pay(self.case, body["amount"])
        else:
            self._post(service, path, body, as_=who)

    def procedure(self) -> Procedure:
        """The stages of the case, by what was chosen."""
        wish = self.wish()
        from services.intake.application.application import choices_of  # noqa: PLC0415

        return self.rules.procedure(self.item, choices_of(wish), wish.delivery)

    def _is_officers(self, stage: str) -> bool:
        found = self.procedure().stage(stage)
        return found is not None and found.actor == "officer"

    def _post(self, service: str, path: str, body: Answer, *, as_: str = "officer") -> Answer:
        return self.callers.post(service, path, body, as_=as_, office=self.office)


Deed = Callable[[HttpWalk, str, Answer], tuple[str, str, Answer, str]]


def _applicant(item: Item) -> Answer:
    """A person, or an organisation with its handler where no person applies."""
    if "person" in applicants_of(item.text):
        return {"applicant": PERSON}
    handler = {name: PERSON[name] for name in ("name", "id_number")}
    return {"applicant": COMPANY, "representation": "unit-handler", "representative": handler}


def _review(path: str, body: Callable[[HttpWalk, str], Answer]) -> Deed:
    return lambda walk, about, _: (
        "review",
        f"/v1/reviews/{walk.case}/{path}",
        body(walk, about),
        _decider(walk) if path == "approval" else "officer",
    )


def _decider(walk: HttpWalk) -> str:
    """Who decides: the officer who proposed, or a second one where the item needs two."""
    return "officer-2" if walk.item.text.review.second_person else "officer"


def _step(walk: HttpWalk, step: str, shown: Answer) -> tuple[str, str, Answer, str]:
    """The outcome of a step. A public notice is published first, and waits for its days."""
    desk = walk.callers.get("review", f"/v1/reviews/{walk.case}", as_="officer", office=walk.office)
    at = f"/v1/reviews/{walk.case}"
    if "public-notice" in desk["actions"]:
        today = walk.today()
        days = {"since": today.isoformat(), "until": (today + timedelta(days=7)).isoformat()}
        body = {"step": step, "text": "公示内容\n可提出异议", "place": "一楼公告栏", **days}
        return "review", f"{at}/public-notice", body, "officer"
    stage = next(one for one in shown["stages"] if one["code"] == step)
    if "until" in stage:
        assert walk.pass_over is not None, f"{walk.item.id} waits for days to pass"
        walk.passed = date.fromisoformat(stage["until"])
        walk.pass_over(walk.passed)
    points = [{"point": one["point"], "met": True} for one in desk["checklist"]]
    body = {"step": step, "outcome": "passed", "legal_basis": list(BASIS), "points": points}
    return "review", f"{at}/step-outcome", body, "officer"


def _issuance(path: str, body: Mapping[str, Any], who: str = "producer") -> Deed:
    return lambda walk, _about, _shown: (
        "issuance",
        f"/v1/issuance/{walk.case}/{path}",
        dict(body),
        who,
    )


def _proposal(walk: HttpWalk, _: str) -> Answer:
    shown = walk.callers.get(
        "review", f"/v1/reviews/{walk.case}", as_="officer", office=walk.office
    )
    codes = [one["code"] for one in shown["criteria"] if not one["code"].startswith("step-")]
    return {"proposal": "approve", "findings": [{"criterion": c, "met": True} for c in codes]}


def _validity(walk: HttpWalk, _: str) -> Answer:
    """What the item leaves to the officer about how long a result is valid."""
    shown = walk.callers.get(
        "review", f"/v1/reviews/{walk.case}", as_="officer", office=walk.office
    )
    found = stated(shown["validity_open"])
    return {"validity": found} if found else {}


def _record(walk: HttpWalk, stage: str, _: Answer) -> tuple[str, str, Answer, str]:
    outcome = "surrendered" if stage == "surrender-old" else "recorded"
    body = {"stage": stage, "outcome": outcome}
    return "issuance", f"/v1/issuance/{walk.case}/record", body, "officer"


def _handover(walk: HttpWalk, _about: str, _shown: Answer) -> tuple[str, str, Answer, str]:
    """Handed over with what is asked: the code that the applicant sees, and their document."""
    path = f"/v1/issuance/{walk.case}"
    document = walk.callers.get("issuance", path, as_="producer", office=walk.office)["document"]

    def code() -> str:
        mine = walk.callers.get("issuance", f"{path}/voucher", as_="applicant", office="")
        return str(mine["voucher"]["code"])

    person = (walk.kind or "person") == "person" and "person" in applicants_of(walk.item.text)
    number = PERSON["id_number"] if person else ""
    body = shown_for(document and document["asks"], code, number)
    return "issuance", f"{path}/handover", body, "producer"


# Who does which step, by which request; a step that is not here is a machine's.
DEEDS: Mapping[str, Deed] = {
    "payment": lambda _walk, _about, shown: (
        "gateway",
        "",
        {"amount": shown["fee"]["amount"]},
        "",
    ),
    "officer-acceptance": lambda walk, _about, _shown: (
        "intake",
        f"/v1/cases/{walk.case}/acceptance",
        {},
        "officer",
    ),
    "deemed-acceptance": lambda walk, _about, _shown: (
        "intake",
        f"/v1/cases/{walk.case}/acceptance",
        {},
        "officer",
    ),
    "step": _step,
    "assignment": _review("assignment", lambda _walk, _step: {}),
    "proposal": _review("proposal", _proposal),
    "decision": _review("approval", _validity),
    "production": _issuance("production", {"outcome": "produced"}),
    "dispatch": _issuance("dispatch", {"carrier": "EMS", "tracking": "EM123456789CN"}),
    "readiness": _issuance("readiness", {"office": "测试窗口"}),
    "handover": _handover,
    "record": _record,
    "payout": _issuance("payout", {"outcome": "made"}, "officer"),
}
# One item of each template, and one that another department's data begins.
ITEMS = (
    "003-043",
    "003-094",
    "004-005",
    "000-09",
    "001-01",
    "003-006",
    "000-08",
    "003-051",
    "003-096",
    "004-049",
    "004-129",
    "003-105",
)
