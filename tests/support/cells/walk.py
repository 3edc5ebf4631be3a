"""A case that is carried through its stages, and asked for by everybody at each.

Every text that somebody writes in a command is a canary, and no answer to a command has one, but
the draft of the desk, which is answered to who keeps it.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as swapped
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.demo.people import FACTS as CARD_FACTS
from services.progress.standing.view import VIEW as STANDING
from services.progress.worklists.view import VIEW as WORKLISTS
from shared.case.reading.stage import ReadingStage as At
from shared.clock import end_of_day
from shared.jurisdiction import packaged_jurisdiction
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.security.data_classes import DataClass
from tests.support.cells.asking import CellCase
from tests.support.cells.canaries import (
    ADDRESS,
    AGENT_END,
    HANDLER,
    MEMBER,
    PERSON,
    UNIT,
    Canary,
    answers,
    noise,
    of_person,
    of_unit,
    seen_in,
    upload,
    words,
)
from tests.support.cells.people import Asker, everybody
from tests.support.cells.places import (
    each_has_its_row,
    measured,
    published,
    said_in_logs,
    stand_nowhere,
    stored,
    written,
)
from tests.support.cells.trying import Tried
from tests.support.made_up import HOTEL_FACTS, vouching
from tests.support.path_world import Path4

CARD, LICENCE = "000-01", "003-900"
Deed = dict[str, Any]


@dataclass(repr=False)
class CellWalk:
    """One case and who acts in it."""

    path: Path4
    item: str

    def __post_init__(self) -> None:
        text = self.path.rules.catalogue.item(self.item).text
        region = packaged_jurisdiction().sources[text.source.document]
        office, above = f"{text.department}-{region}", f"{text.department}-650000"
        people = everybody(
            office,
            code=UNIT["id_number"] if self.item == LICENCE else "",
            above=above if above != office else "",
        )
        self.at = CellCase(
            path=self.path,
            office=office,
            people={one.name: one for one in people},
            item=self.item,
        )
        self.tried = Tried(self.at)
        self.reasons: list[str] = []
        self.stores: set[str] = set()

    # ---- who does what

    def post(self, service: str, path: str, body: Deed, who: str) -> Any:
        """A command of somebody; its answer has no canary of the case."""
        told = self._posted(service, path, body, who)
        found = seen_in(self.at.planted, told.data + str(told.headers).encode())
        assert found == set(), f"{path} answers {sorted(found)}"
        return told.json

    def _posted(self, service: str, path: str, body: Deed, who: str) -> Any:
        asker = self.person(who)
        headers = self.at.headers(asker)
        if path == "/v1/cases":  # the sign-in vouches for whoever applies
            claims = {**asker.claims, **vouching(body)}
            token = self.path.world.issuer.issue(asker.user, **claims)
            headers = {"Authorization": f"Bearer {token}"}
        more = self.path.world.headers("applicant", **{"If-Match": "*"}) | headers
        told = self.at.apps[service].post(path, json=body, headers=more)
        assert told.status_code in {200, 201}, (path, told.json)
        return told

    def person(self, name: str) -> Asker:
        """Somebody by their name."""
        return self.at.people[name]

    def intake(self, path: str, body: Deed, who: str = "applicant") -> Any:
        return self.post("intake", f"/v1/cases/{self.at.case}/{path}", body, who)

    def review(self, path: str, body: Deed, who: str = "review") -> Any:
        return self.post("review", f"/v1/reviews/{self.at.case}/{path}", body, who)

    def issuance(self, path: str, body: Deed, who: str = "produce") -> Any:
        return self.post("issuance", f"/v1/issuance/{self.at.case}/{path}", body, who)

    def asked(self, stage: At) -> None:
        """The machines do what they owe, papers are made, and everybody asks."""
        self.path.settle()
        self.at.make_papers()
        self.at.everybody_asks(stage)

    def asked_before(self, stage: At, waiting: str) -> None:
        """Everybody asks while one service has not done yet what it owes."""
        delivered = copy.copy(self.path.delivered)
        self.path.settle(without=(waiting,))
        self.at.everybody_asks(stage)
        self.path.delivered = delivered

    # ---- the application

    def upload(self) -> str:
        """A picture of the applicant's that looks like no other."""
        content, headers = noise(), self.path.world.headers("applicant")
        told = self.at.apps["intake"].post(
            "/v1/uploads", data=content, content_type="image/png", headers=headers
        )
        assert told.status_code == 201, told.json
        blob = str(told.json["blob"])
        self.at.blobs[blob] = "register"
        self.at.plant(upload("upload register", content))
        return blob

    def body(self) -> Deed:
        """The application, with a canary in each field and each answer."""
        (paper,) = self.path.rules.catalogue.item(self.item).text.materials
        mine: Deed = {
            "item": self.item,
            "declared": True,
            "facts": {one.name: one.text for one in answers()},
            "materials": [{"code": paper.code, "blob": self.upload()}],
        }
        if self.item == CARD:
            posted = {"delivery": "post", "delivery_address": ADDRESS}
            facts = {"facts": CARD_FACTS | mine["facts"]}
            return mine | posted | facts | {"applicant": PERSON}
        return mine | {
            "delivery": "pickup",
            "facts": HOTEL_FACTS | mine["facts"],
            "applicant": UNIT,
            "representation": "unit-handler",
            "representative": HANDLER,
            "members": [MEMBER],
        }

    def drafted(self) -> Deed:
        """Before there is a case: what was uploaded and tried is given to nobody."""
        body = self.body()
        self.at.plant(*self.of_application())
        self.at.everybody_asks(At.DRAFT, every=True)
        self.tried.application(body)
        return body

    def of_application(self) -> tuple[Canary, ...]:
        """The canaries of an application."""
        own = of_person() if self.item == CARD else of_unit()
        return (*own, *answers())

    def submitted(self) -> None:
        """Handed in; the applicant changes how they are reached."""
        body = self.drafted()
        self.at.case = self.post("intake", "/v1/cases", body, "applicant")["case"]
        self.path.settle()
        self.at.retire("phone")
        phone = "13912348649"
        self.intake("contact", {"phone": phone})
        self.at.plant(Canary(name="phone", of=DataClass.CONTACT, text=phone))
        self.plant_holder()
        self.asked(At.SUBMITTED)
        numbered = PERSON if self.item == CARD else HANDLER
        self.tried.number(numbered["id_number"][-4:])
        if self.item == CARD:
            self.tried.order()

    def plant_holder(self) -> None:
        """What the check of a person's paper says: the masked name."""
        if self.item == CARD:
            given = frozenset({"check"})
            self.at.plant(Canary(name="holder", of=DataClass.PAPER, text="龘*", given=given))

    # ---- the review

    def accepted(self) -> None:
        """Paid or accepted; before the review was opened, and before an officer has it."""
        if self.item == CARD:
            told = {
                "kind": "payment",
                "case": self.at.case,
                "transaction": f"t-{self.at.case}",
                "amount": "40.00",
                "method": "alipay",
            }
            assert self.path.client("intake").callback(told).status_code == 200
        else:
            self.intake("acceptance", {}, "take-in")
        self.asked_before(At.ACCEPTED, "review")
        self.asked(At.IN_REVIEW)

    def taken(self) -> None:
        """An officer takes it, gives it back with a note, and takes it again."""
        self.review("assignment", {})
        self.review("release", {"reason": "absence", "note": self.words("release", "note")})
        self.path.settle()
        self.review("assignment", {})
        self.at.assigned = self.person("review").staff
        self.asked(At.IN_REVIEW)

    def words(self, where: str, what: str, *given: str) -> str:
        """Words of this kind, planted as a canary of its class."""
        of = {
            "note": DataClass.NOTE,
            "explanation": DataClass.EXPLANATION,
            "remarks": DataClass.EXPLANATION,
            "reason": DataClass.STATEMENT,
            "tracking": DataClass.TRACKING,
        }[what]
        one = words(f"{where}-{what}", of, *given)
        self.at.plant(one)
        return one.text

    def inspected(self) -> None:
        """The inspection, with words to the applicant, remarks on points and a note."""
        shown = self.at.apps["review"].get(
            f"/v1/reviews/{self.at.case}", headers=self.at.headers(self.person("review"))
        )
        points = [{"point": one["point"], "met": True} for one in shown.json["checklist"]]
        points[0]["remarks"] = self.words("inspection", "remarks")
        outcome = {
            "step": "inspection",
            "outcome": "passed",
            "points": points,
            "explanation": self.words("inspection", "explanation"),
            "note": self.words("inspection", "note"),
        }
        self.review("step-outcome", outcome)

    def proposed(self, *, met: bool) -> None:
        """The draft of a proposal, and the proposal; a second person is to decide."""
        shown = self.at.apps["review"].get(
            f"/v1/reviews/{self.at.case}", headers=self.at.headers(self.person("review"))
        )
        codes = [one["code"] for one in shown.json["criteria"]]
        self.reasons = codes[-1:]
        findings = [{"criterion": one, "met": met or one not in self.reasons} for one in codes]
        draft = {
            "findings": findings,
            "note": self.words("draft", "note", "draft"),
            "explanation": "zq-words-draft-explanation-zq",
        }
        self.at.plant(words("draft-explanation", DataClass.NOTE, "draft"))
        self._posted("review", f"/v1/reviews/{self.at.case}/draft", draft, "review")
        self.asked(At.IN_REVIEW)
        body = {
            "proposal": "approve" if met else "refuse",
            "findings": findings,
            "note": self.words("proposal", "note"),
        }
        self.review("proposal", body)
        self.at.proposer = self.person("review").staff
        self.asked(At.IN_REVIEW)
        self.tried.decision(**({} if met else {"explanation": "说明"}))
        self.looked_into()
        self.at.retire("draft-note", "draft-explanation")

    # ---- the ends

    def granted(self) -> None:
        """Approved; the producer makes it, and sees the address for the label."""
        self.review("approval", {}, "approve")
        self.asked(At.OWED)
        self.issuance("production", {"outcome": "produced"})
        self.at.label, self.at.made = self.item == CARD, True
        self.asked(At.OWED)

    def posted(self) -> None:
        """Given to the carrier and delivered; then a head revokes it, with words to the holder."""
        tracking = self.words("dispatch", "tracking")
        self.issuance("dispatch", {"carrier": "EMS", "tracking": tracking})
        self.at.label = False
        self.asked(At.OWED)
        self.issuance("handover", {"outcome": "delivered", "to": "applicant"}, "hand-over")
        self.asked_before(At.HANDED_OVER, "issuance")
        self.asked(At.KEPT)
        (document,) = self.at.documents
        body = {
            "ground": "decision",
            "reason": "obtained-by-deceit",
            "legal_basis": ["《居民身份证法》第十一条"],
            "explanation": self.words("revocation", "explanation"),
        }
        self.post("issuance", f"/v1/documents/{document}/revocation", body, "head")
        self.asked(At.KEPT)

    def collected(self) -> None:
        """Lies ready, and is given with its code to somebody who acts for the holder."""
        self.issuance("readiness", {"office": "测试窗口"}, "hand-over")
        self.path.settle()
        shown = self.at.apps["issuance"].get(
            f"/v1/issuance/{self.at.case}/voucher",
            headers=self.at.headers(self.person("applicant")),
        )
        code = shown.json["voucher"]["code"]
        given = frozenset({"voucher"})
        self.at.plant(Canary(name="voucher", of=DataClass.PAPER, text=code, given=given))
        self.asked(At.OWED)
        body = {
            "outcome": "delivered",
            "to": "unit",
            "voucher": code,
            "identity": {"kind": "passport", "last_four": AGENT_END},
            "authorisation_seen": True,
        }
        self.issuance("handover", body, "hand-over")
        self.at.retire("voucher")
        self.at.plant(
            Canary(
                name="last_four",
                of=DataClass.THIRD_PERSON,
                text=AGENT_END,
                given=frozenset({"none"}),
            )
        )
        self.asked_before(At.HANDED_OVER, "issuance")
        self.asked(At.KEPT)

    def refused(self) -> None:
        """Refused with an explanation; closed; and kept once nobody can appeal any more."""
        body = {"reasons": self.reasons, "explanation": self.words("refusal", "explanation")}
        self.review("refusal", body, "approve")
        self.asked_before(At.DECIDED, "issuance")
        self.asked(At.CLOSED)
        self.after_the_remedy()

    def rejected(self) -> None:
        """Not accepted, with an explanation."""
        body = {
            "grounds": ["out-of-scope"],
            "explanation": self.words("rejection", "explanation"),
        }
        self.intake("rejection", body, "take-in")
        self.asked(At.CLOSED)
        self.after_the_remedy()

    def after_the_remedy(self) -> None:
        """The last day to appeal is over."""
        shown = self.at.apps["intake"].get(
            f"/v1/cases/{self.at.case}/application",
            headers=self.at.headers(self.person("applicant")),
        )
        until = date.fromisoformat(shown.json["appeal_until"])
        self.path.world.ahead = end_of_day(until) + timedelta(minutes=1) - datetime.now(UTC)
        self.asked(At.KEPT)

    def withdrawn(self) -> None:
        """Withdrawn, with a reason."""
        self.intake("withdrawal", {"reason": self.words("withdrawal", "reason")})
        self.asked(At.KEPT)

    # ---- everywhere else

    def looked_into(self) -> None:
        """No canary stands in a store, in a record of the topic, in a metric or in a file."""
        known = {**self.at.planted, **self.at.retired}
        self.stores |= stand_nowhere(known, stored(self.path))
        for places in (
            published(self.path),
            measured(self.path, self.at.apps),
            written(self.path.home),
        ):
            assert stand_nowhere(known, places)

    def ended(self, lines: Callable[[], str]) -> None:
        """The read models are built, everything is asked for once more, and all is looked into."""
        for view in (STANDING, WORKLISTS):
            Generations(view, self.path.databases.views).claim_first(self.path.now())
            catch_up(swapped(self.path.parts(), view=view), 1)
        self.at.everybody_asks(At.KEPT, every=True)
        self.looked_into()
        each_has_its_row(self.stores)
        known = {**self.at.planted, **self.at.retired}
        assert stand_nowhere(known, said_in_logs(lines(), self.at.calls))
