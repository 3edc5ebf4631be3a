"""A walk of an item whose every decision stands on a real log, with what may happen beside the way.

The deciders are those of the services, the values are sealed by the real vault, the numbers are
those of the real series. Only the time is the walk's own: limits pass when the walk lets them.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from services.issuance.numbers.store import Owner
from services.issuance.production import OrderProduction
from shared.case import Case, Fact, Owed, case_stream, document_stream, owed
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import Missing
from shared.case.intake.submission import CaseSubmitted
from shared.case.next.position import awaits_officer, stage_of
from shared.casework.log import Personal, case_of, drafts
from shared.casework.topics import CaseCommand
from shared.catalogue import Item
from shared.clock import local_day
from shared.eventlog import Actor, Command, Loaded, Sealed
from shared.eventlog.errors import Refused
from shared.vault import subject_stream
from tests.support.bodies import VALUES, asked_for
from tests.support.commands import at_intake, at_issuance, at_review, intake, issuance, review
from tests.support.inspecting import found_for
from tests.support.path_world import Path4
from tests.support.walking import BASIS, MOST_STEPS, OFFICER, WATCHED, Walk, a_material

SERVICES = {at_intake: "intake", at_review: "review", at_issuance: "issuance"}
TIMERS = {"intake": intake, "review": review, "issuance": issuance}
DECIDERS = {name: decide for decide, name in SERVICES.items()}
ACTOR = Actor(kind="system", ref="walk")


def kind_of(walk: Walk) -> str:
    """The kind of the stage at which the case is, or how it ended.

    One that ended and is not closed yet, because money is on its way back, is at its closing.
    """
    case = walk.case
    if case.closed is not None:
        return f"end:{case.outcome}"
    now = [one["code"] for one in stages_told(case, walk.rules) if one["state"] == "now"]
    stage = stage_of(case, now[0]) if now else None
    return stage.kind if stage is not None else "close"


class OnLog(Walk):
    """A walk on the log of an installation; `subject`: who applies, as the vault knows them."""

    def __init__(
        self, path: Path4, item: Item, now: datetime, *, number: int, subject: str
    ) -> None:
        super().__init__(item, path.rules, now)
        self.path, self.subject = path, subject
        self.case = Case(id=f"{number:032x}")
        self.order: OrderProduction | None = None
        self.done = 0
        self.logs = {name: path.world.log(name) for name in DECIDERS}

    def command(self) -> Command:
        self.done += 1
        return Command(
            command_id=f"walk:{self.case.id}:{self.done}",
            actor=ACTOR,
            now=self.now,
            authority=self.item.text.department,
        )

    def do(self, decide: Callable[..., list[Fact]], wish: object) -> list[Fact]:
        """One command; what it decides on the log as it is stands there afterwards."""
        self.now += timedelta(minutes=1)
        found: list[Fact] = []

        def decided(loaded: Loaded) -> Sequence[Any]:
            found[:] = decide(case_of(loaded), wish, self.rules, self.now)
            return drafts(found, self._personal(found))

        log, stream = self.logs[SERVICES[decide]], case_stream(self.case.id)
        log.execute(stream, self.command(), decided)
        before, self.case = self.case, case_of(log.load(stream))
        if self.case.approval is not None and before.approval is None:
            self.order = self.path.numbering.number(self.case, self.command())
        return found

    def _personal(self, facts: Sequence[Fact]) -> Personal:
        """What somebody said of themselves is sealed beside their application."""
        said = next((one for one in facts if isinstance(one, CaseSubmitted)), None)
        if said is None or not said.subject:
            return {}
        vault, case = self.path.world.opened.vault, case_stream(self.case.id)
        vault.make_case_key(self.case.id, owner=said.subject)
        for party in said.parties:
            if party.key_ref:
                vault.keys.make(party.key_ref, owner=said.subject, now=datetime.now(UTC))
        keys = {"delivery_address": case}
        person = subject_stream(said.subject)
        sealed = {
            name: Sealed(keys.get(name, person), VALUES[name])
            for name in VALUES
            if name in said.sealed
        }
        return {CaseSubmitted.TYPE: sealed}

    def submit(self, **changes: Any) -> None:
        """A conforming application of the person, or the beginning by whom the item names."""
        own = {"subject": self.subject} if self.item.text.initiated_by == "applicant" else {}
        super().submit(**own, **changes)

    def _production_order(self, _: str) -> None:
        self.do(at_issuance, issuance.PrepareResults())
        assert self.order is not None
        self.do(at_issuance, self.order)

    def on_document(self, document: str, wish: CaseCommand) -> None:
        """One command on a document of the case."""
        self.now += timedelta(minutes=1)
        at = self.path.numbering
        at._do(document_stream(document), self.command(), wish)

    def documents(self) -> list[str]:
        """The ids of the case's documents that were given a number."""
        grants = self.case.approval.fact.grants if self.case.approval else ()
        owners = [Owner(self.case.id, grant.grant) for grant in grants]
        return [one.document for one in self.path.numbers.given_to(owners)]

    def can_be_paid(self) -> bool:
        """Whether the fee, told by the gateway now, would count as paid."""
        fen = self.case.fee.amount_fen if self.case.fee else 0
        paid = intake.RecordPayment(transaction="t9", amount_fen=fen, method="alipay")
        try:
            facts = at_intake(self.case, paid, self.rules, self.now)
        except Refused:
            return False
        return any(getattr(one, "accounted", "") == "fee" for one in facts)

    def fire(self, one: Owed) -> None:
        """The time of an owed step is over."""
        self.now = max(self.now, one.due_at)
        wish = TIMERS[one.service].FireTimer(step=one.step, version=one.version)
        self.do(DECIDERS[one.service], wish)


class Wandering(OnLog):
    """A walk that leaves the straight way as its `ways` say, by chance.

    A way that the case does not know at a moment is refused by the rules, and the walk goes on.
    """

    def __init__(
        self, *given: Any, ways: frozenset[str], chance: random.Random, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.ways, self.chance = ways, chance
        self.refuse = "refused" in ways
        self.once: set[str] = set()

    def wander(self, wanted: str) -> bool:
        """Walk until the case is at a stage of the wanted kind, or anywhere; whether it came."""
        changes: dict[str, Any] = {}
        if self.item.text.initiated_by == "applicant":
            changes |= {"materials": ()} if "short" in self.ways else {}
            picked_up = any(way.kind == "pickup" for way in self.item.text.delivery)
            if picked_up and "unclaimed" in self.ways:
                changes |= {"delivery": "pickup"}
        self.submit(**changes)
        for _ in range(MOST_STEPS):
            here = kind_of(self) == wanted if wanted else self.chance.random() < 0.1
            if here and (wanted.startswith("end:") or self.chance.random() < 0.6):
                return True
            self._beside()
            step = self.next()
            if step is None:
                break
            self.act(step)
        return kind_of(self) == wanted or not wanted

    def afterwards(self) -> None:
        """What is done with its documents once somebody has them."""
        if "documents" not in self.ways:
            return
        wishes = [
            issuance.RevokeDocument(officer="s", ground="lost", of_case=self.case),
            issuance.SuspendDocument(officer="s", ground="lost", of_case=self.case),
            issuance.EndorseDocument(officer="s", endorsement="annual-review", of_case=self.case),
        ]
        for one in self.documents():
            wish = self.chance.choice(wishes)
            self._try(partial(self.on_document, one, wish))

    # ---- beside the way

    def _try(self, deed: Callable[[], object]) -> bool:
        try:
            deed()
        except Refused:
            return False
        return True

    def _now(self, word: str, likely: float) -> bool:
        return word in self.ways and self.chance.random() < likely

    def _first(self, word: str) -> bool:
        """Whether the way is to be gone and was not yet."""
        if word not in self.ways or word in self.once:
            return False
        self.once.add(word)
        return True

    def _beside(self) -> None:
        """What somebody does beside what is owed."""
        if self._now("withdrawn", 0.2):
            self._try(lambda: self.do(at_intake, intake.WithdrawCase()))
        if self._now("late", 0.3):
            watched = [one for one in owed(self.case) if one.step.partition(":")[0] in WATCHED]
            if watched:
                self._try(lambda: self.fire(watched[0]))
        if self._now("handed-round", 0.3):
            self._try(lambda: self.do(at_review, self.chance.choice(self._given_up())))
        if self._now("seen", 0.2):
            codes = asked_for(self.item)[:1]
            seen = intake.RecordOriginals(seen=tuple(codes), returned=(), **OFFICER)
            self._try(lambda: self.do(at_intake, seen))

    def _given_up(self) -> list[Any]:
        return [
            review.AssignCase(officer="staff-9", own_subject=""),
            review.AssignCase(**OFFICER),
            review.ReleaseCase(reason="workload", **OFFICER),
            review.PassCaseOn(to="staff-9", reason="workload", **OFFICER),
        ]

    # ---- instead of what is owed

    def act(self, step: Owed) -> None:
        """Whoever owes the step does it, or what the ways say instead."""
        kind, _, about = step.step.partition(":")
        instead = getattr(self, "_instead_of_" + kind.replace("-", "_"), None)
        if instead is not None and instead(step, about):
            return
        if kind in {"proposal", "decision"} and self.case.officer != OFFICER["officer"]:
            self.do(at_review, review.AssignCase(**OFFICER))
            if self.next() != step:
                return
        super().act(step)

    def _instead_of_supplement(self, step: Owed, _: str) -> bool:
        if "lapsing" in self.ways:
            self.fire(step)
            return True
        asked = self.case.supplement.fact.missing if self.case.supplement else ()
        if len(asked) > 1 and self._first("short"):
            part = (a_material(asked[0].code),)
            return self._try(lambda: self.do(at_intake, intake.ProvideSupplement(materials=part)))
        return False

    def _instead_of_payment(self, step: Owed, _: str) -> bool:
        if "lapsing" not in self.ways:
            return False
        self.fire(step)
        return True

    def _instead_of_acceptance(self, _step: Owed, _about: str) -> bool:
        if self.case.fee_paid and self.case.payments and self._first("overpaid"):
            fen = self.case.payments[0].amount_fen
            again = intake.RecordPayment(transaction="t2", amount_fen=fen, method="wechat")
            self.do(at_intake, again)
        if not awaits_officer(self.case):
            return False
        if "rejected" in self.ways:
            no = intake.RejectApplication(grounds=("out-of-scope",), legal_basis=BASIS, **OFFICER)
            return self._try(lambda: self.do(at_intake, no))
        if self._first("asked"):
            plan = (Missing(code="plan", name="平面图"),)
            wish = intake.RequestSupplement(missing=plan, **OFFICER)
            return self._try(lambda: self.do(at_intake, wish))
        return False

    def _instead_of_refund(self, _: Owed, transaction: str) -> bool:
        if "overpaid" not in self.ways or "refund" in self.once:
            return False
        self.once.add("refund")
        failed = intake.RecordRefundFailure(payment=transaction, transaction="r0", code="closed")
        return self._try(lambda: self.do(at_intake, failed))

    def _instead_of_step(self, _: Owed, code: str) -> bool:
        stage = stage_of(self.case, code)
        if stage is None or not stage.retry or not self._first("rectified"):
            return False
        day = local_day(self.now) + timedelta(days=1)
        visit = review.ArrangeVisit(step=code, day=day, since="09:00", until="10:00", **OFFICER)
        self._try(lambda: self.do(at_review, visit))
        self.do(at_review, review.StartStep(step=code, **OFFICER))
        found = found_for(self.case, code, "rectify", self.rules, self.now)
        stated: dict[str, Any] = {"legal_basis": BASIS, **found, **OFFICER}
        done = review.CompleteStep(step=code, outcome="rectify", **stated)
        return self._try(lambda: self.do(at_review, done))

    def _instead_of_production(self, _step: Owed, _about: str) -> bool:
        if not self._first("spoiled"):
            return False
        self.do(at_issuance, issuance.RecordProduction(failure="print-defect"))
        return True

    def _instead_of_handover(self, _step: Owed, _about: str) -> bool:
        document = self.case.document
        if document is None:
            return False
        if document.dispatched and self._first("returned"):
            self.do(at_issuance, issuance.RecordReturn(code="nobody-there"))
            return True
        if "unclaimed" not in self.ways or document.kept:
            return False
        kept = issuance.RegisterUnclaimed(office="office-1", officer="staff-3")
        return self._try(lambda: self.do(at_issuance, kept))

    def _instead_of_payout(self, _step: Owed, _about: str) -> bool:
        if not self._first("spoiled"):
            return False
        failed = issuance.RecordPayout(officer="s", failure="account-closed")
        return self._try(lambda: self.do(at_issuance, failed))
