"""One case, carried by its people from step to step, and read at each by everybody at an office.

Who may read what is written down here by hand, as `docs/data-classes.md` says it in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.by_hand import ByHand
from tests.support.casework_world import posted
from tests.support.http_walking import HttpWalk
from tests.support.question_canaries import Planted, PlantedApplication, shows
from tests.support.walking import MOST_STEPS, WATCHED

# After the decision: whoever makes the paper, pays or records, and whoever hands over.
OF_MAKER = frozenset(
    {"temporary-document", "surrender-old", "production", "record", "payout", "handover"}
)
OF_HAND_OVER = frozenset({"handover"})
# When a step is owed that a person does: which moment it is, of those in `READS`.
MOMENTS: Mapping[str, str] = {
    "payment": "submitted",
    "acceptance": "submitted",
    "deemed-acceptance": "submitted",
    "step": "in review",
    "proposal": "in review",
    "decision": "proposed",
    **dict.fromkeys(
        ("production", "dispatch", "readiness", "handover", "record", "payout"), "owed"
    ),
}
REVIEWED = frozenset({"step", "assignment", "proposal", "decision"})


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at an office by one duty alone: whose token, and where they read."""

    user: str
    duty: str
    service: str
    strange: bool = False  # of another authority than the office of the case

    def headers(self, callers: ByHand, office: str) -> dict[str, str]:
        """The headers of a reading."""
        claims = posted(elsewhere(office) if self.strange else office) | {"duties": [self.duty]}
        token = callers.path.world.issuer.issue(self.user, **claims)
        return {"Authorization": f"Bearer {token}"}


def elsewhere(office: str) -> str:
    """An office of an authority that has nothing to do with this one."""
    others = ("civil-affairs-652300", "public-security-650000")
    return next(one for one in others if one.rpartition("-")[0] != office.rpartition("-")[0])


WINDOW = Person(user="officer-2", duty="take-in", service="review")
REVIEWER = Person(user="officer", duty="review", service="review")
COLLEAGUE = Person(user="officer-2", duty="review", service="review")
APPROVER = Person(user="officer-2", duty="approve", service="review")
INSPECTOR = Person(user="officer-2", duty="inspect", service="review")
PANELLIST = Person(user="officer-2", duty="panel", service="review")
HEAD = Person(user="head", duty="head", service="review")
MAKER = Person(user="producer", duty="produce", service="issuance")
HANDER = Person(user="producer", duty="hand-over", service="issuance")
STRANGE = Person(user="officer", duty="review", service="review", strange=True)
EVERYBODY: Mapping[str, Person] = {
    "who takes in": WINDOW,
    "the officer who has the case": REVIEWER,
    "another officer of the office": COLLEAGUE,
    "the second person": APPROVER,
    "an inspector": INSPECTOR,
    "a panel": PANELLIST,
    "the head": HEAD,
    "the producer": MAKER,
    "who hands over": HANDER,
    "an officer elsewhere": STRANGE,
}


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """Whose answers somebody reads: those for these steps, and these classes whole."""

    steps: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    everything: bool = False

    def has(self, one: Planted) -> bool:
        """Whether this answer is among them."""
        return self.everything or one.fact.step in self.steps or one.data_class in self.classes


NOTHING, EVERYTHING = Theirs(), Theirs(everything=True)
READS: Mapping[str, Mapping[str, Theirs]] = {
    "submitted": {"who takes in": Theirs(steps=frozenset({"acceptance"}))},
    "nobody has it": {},
    "a machine did all": {},
    "in review": {"the officer who has the case": EVERYTHING},
    "proposed": {"the officer who has the case": EVERYTHING, "the second person": EVERYTHING},
    "owed": {
        "the officer who has the case": EVERYTHING,
        "the producer": Theirs(steps=OF_MAKER, classes=frozenset({"identity", "address"})),
        "who hands over": Theirs(steps=OF_HAND_OVER, classes=frozenset({"identity"})),
    },
}


@dataclass
class QuestionsRead:
    """A case with its canaries. `seen`: those that the person of their own step was given.

    by_machine: those whose step nobody does, and that the officer read who decided; where a
    machine decided too, nobody at an office reads them.
    """

    callers: ByHand
    walk: HttpWalk
    made: PlantedApplication
    seen: set[tuple[str, int | None]] = field(default_factory=set)
    by_machine: set[tuple[str, int | None]] = field(default_factory=set)
    moments: set[str] = field(default_factory=set)

    def apply(self) -> None:
        """Hand the application in, with a picture for each of its papers."""
        papers = [{"code": code, "blob": self.callers.upload()} for code in self.made.materials]
        done = self.callers.post(
            "intake",
            "/v1/cases",
            {**self.made.body, "materials": papers},
            as_="applicant",
            office="",
        )
        self.walk.case = done["case"]
        self.walk.kind = self.made.body["applicant"].get("kind", "person")

    def carry(self) -> None:
        """Do what is owed until the case is closed, and let everybody read before each deed."""
        for _ in range(MOST_STEPS):
            shown = self.walk.show()
            steps = [one["step"] for one in shown["owed"]]
            owed = [step for step in steps if step.partition(":")[0] not in WATCHED]
            if shown["status"] == "closed":
                break
            kind = owed[0].partition(":")[0]
            if kind in REVIEWED and self.taken():
                continue
            for step in owed:
                self.read(step)
            if self.walk.before_its_day(owed[0], shown):
                break
            self.walk.act(owed[0], shown)
        self.judge()

    def taken(self) -> bool:
        """Let the officer take the case, where nobody has it."""
        desk, at = f"/v1/reviews/{self.walk.case}", {"as_": "officer", "office": self.walk.office}
        if self.callers.get("review", desk, **at)["officer"]:
            return False
        self.everybody("nobody has it")
        self.callers.post("review", f"{desk}/assignment", {}, **at)
        return True

    def read(self, step: str) -> None:
        """Everybody reads while this step is owed; its person sees what it is for."""
        kind, _, about = step.partition(":")
        moment = MOMENTS.get(kind)
        if moment is None:
            return
        self.everybody(moment)
        steps = OF_MAKER if moment == "owed" else {about or kind.removeprefix("deemed-")}
        self.seen |= {one.place for one in self.made.planted if one.fact.step in steps}

    def judge(self) -> None:
        """Each canary was seen at its step, or at the decision where a machine does the step."""
        stages = self.walk.procedure().stages
        for one in self.made.planted:
            if one.place in self.seen:
                continue
            step = one.fact.step or ""
            about = (self.walk.item.id, one.fact.code, step)
            doing = {
                stage.actor
                for stage in stages
                if stage.code == step or stage.code.startswith(f"{step}-")
            }
            assert doing == {"system"}, (about, doing, "is seen by nobody at its step")
            self.by_machine.add(one.place)
        if self.by_machine and {stage.actor for stage in stages} <= {"system"}:
            self.everybody("a machine did all")
        elif self.by_machine:
            assert self.moments & {"in review", "proposed"}, "what a machine did is read by nobody"

    def everybody(self, moment: str) -> None:
        """Each person reads; what they see is exactly what is theirs at that moment."""
        again = moment in self.moments
        self.moments.add(moment)
        for name, person in EVERYBODY.items():
            if again and name not in READS[moment]:
                continue
            wanted = READS[moment].get(name, NOTHING)
            told = self.answer(person)
            rows = told.json["facts"] if told.status_code == 200 else []
            theirs = [one for one in self.made.planted if wanted.has(one)]
            where = (self.walk.item.id, moment, name, told.status_code)
            for one in theirs:
                assert any(shows(row, one) for row in rows), (*where, one.fact.code, rows)
            given = sorted((row["code"], row["entry"] or 0) for row in rows)
            assert given == sorted((one.fact.code, one.entry or 0) for one in theirs), where
            text = told.get_data(as_text=True)
            for one in self.made.planted:
                if one not in theirs:
                    assert not [said for said in one.unlike_others if said in text], (
                        *where,
                        one.fact.code,
                    )

    def answer(self, person: Person) -> Any:
        """The application as the person is given it."""
        prefix = {"review": "reviews", "issuance": "issuance"}[person.service]
        headers = person.headers(self.callers, self.walk.office)
        app = self.callers.clients[person.service].app
        return app.test_client().get(f"/v1/{prefix}/{self.walk.case}/application", headers=headers)
