"""Walks any item of the catalogue through the real deciders, with nothing but its definition.

`application` makes a conforming one, `walk` does whatever is owed next until nothing is.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from services.intake.application.answers import passes
from services.intake.application.application import SubmitCase, choices_of
from services.intake.application.checking import lacking
from services.issuance.collecting.proof import ProofShown
from services.review.validity import open_to
from shared.case import Case, Fact, Owed, Recorded, Rules, evolve, owed
from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Finding, Material, Party, Valid
from shared.case.issuance.handover import To
from shared.case.issuance.number import DocumentNumbered
from shared.case.next.position import awaits_officer, destroy_after
from shared.case.review.verdict import CaseApproved
from shared.catalogue import Item, ItemText
from shared.catalogue.definition.asking import CheckRule, FactRule, RenewalRule, with_answers
from shared.catalogue.definition.choosing import Choices, holding, holds
from shared.catalogue.rules.applicants import applicants_of
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.day_rules import window_of
from shared.catalogue.rules.procedure import document_of
from shared.clock import Calendar, end_of_day, local_day, renewal_window
from shared.clock.calendar.moments import utc
from tests.support.answers_given import an_answer, entries_given
from tests.support.commands import at_intake, at_issuance, at_review, intake, issuance, review
from tests.support.inspecting import found_for
from tests.support.stating import stated

MOST_STEPS = 60
BASIS = ("《测试规定》第一条",)
OFFICER = {"officer": "staff-1", "own_subject": ""}
RIGHT = {
    "code": ProofShown(code="right", kind="resident-id", number="same"),
    "identity": ProofShown(kind="resident-id", number="same"),
}
WATCHED = frozenset({"approaching", "limit"})  # a limit that runs moves nothing on


def right_for(case: Case) -> ProofShown:
    """What whoever comes for the document has to show; an authorisation with it."""
    voucher = case.document.voucher if case.document else None
    return ProofShown() if voucher is None else replace(RIGHT[voucher.asks], authorisation=True)


def a_material(code: str) -> Material:
    return Material(code=code, blob=f"b-{code}", sha256="0" * 64, media_type="image/png", size=9)


def open_at(item: Item, rules: Rules, start: datetime) -> datetime:
    """`start`, or the first time after it at which the item is taken."""
    text, calendar = item.text, rules.calendar_of(item)
    needs = {name: start for rule in text.windows for name in getattr(rule, "needs", ())}
    state = window_of(text, start, calendar, happened=needs).state
    return state.next_opens if state.open is False and state.next_opens else start


def application(item: Item, rules: Rules, now: datetime, **changes: Any) -> SubmitCase:
    """A conforming application, or the beginning by whom the item names."""
    text = item.text
    bare = SubmitCase(
        item=item.id,
        channel=text.channels[0],
        delivery="on-the-spot",
        contact=("phone",),
        materials=(),
        sealed=("delivery_address", "id_number", "name", "phone"),
        declared=True,
        subject="5ab1ec7",
        portal="portal-1",
        variant=text.variants[0].code if text.variants else "",
        initiated_by=text.initiated_by,
    )
    bare = replace(bare, **_parties(text)) if text.initiated_by == "applicant" else bare
    if text.initiated_by != "applicant":
        begun = replace(bare, contact=(), sealed=(), subject="", reference="R-1")
        ways = [way.kind for way in holding(text.delivery, choices_of(begun))]
        return replace(begun, delivery=[*ways, "on-the-spot"][0], **changes)
    chosen = replace(bare, situations=_situations(item, choices_of(bare)))
    choices = choices_of(chosen)
    ways = [way.kind for way in holding(text.delivery, choices)] or ["on-the-spot"]
    given = answers(item, choices, rules, now)
    asked = lacking(item, with_answers(text.asked_in_order, choices, given), frozenset())
    needs = charge(text, choices).needs
    groups = {line.choice for line in text.fee.lines}
    full = replace(
        chosen,
        delivery=ways[0],
        answers=given,
        materials=tuple(a_material(rule.code) for rule in asked),
        options=tuple(need.options[0].code for need in needs if need.code in groups),
    )
    return replace(full, **changes)


def _parties(text: ItemText) -> dict[str, Any]:
    """An organisation and its handler, where no person applies; else the account itself."""
    kinds = applicants_of(text)
    if "person" in kinds:
        return {}
    named = [Party(role="applicant", kind=kinds[0], key_ref="k1", ref="o1")]
    named.append(Party(role="handler", kind="person", key_ref="k2"))
    if kinds[0] == "unit":
        named.append(Party(role="member", kind="person", key_ref="k3"))
    return {"representation": "unit-handler", "parties": tuple(named)}


def _situations(item: Item, choices: Choices) -> tuple[str, ...]:
    """The first choice of each question that must be answered; a question may open another."""
    chosen: tuple[str, ...] = ()
    for group in item.text.situations:
        now = replace(choices, situations=frozenset(chosen))
        if group.required and holds(group.when, now):
            chosen = (*chosen, group.choices[0].code)
    return chosen


def answers(
    item: Item,
    choices: Choices,
    rules: Rules,
    now: datetime,
    fixed: Mapping[str, Any] = MappingProxyType({}),
) -> Mapping[str, Any]:
    """An answer to each question of the item with which every check passes; `fixed` are given."""
    given, found = choices, dict[str, Any]()
    for fact in item.text.asked_in_order:
        choices = with_answers(item.text.asked_in_order, given, found)
        if not holds(fact.when, choices):
            continue
        if fact.code in fixed:
            found[fact.code] = fixed[fact.code]
            continue
        checks = [c for c in holding(item.text.checks, choices) if c.fact == fact.code]
        renewals, calendar = _renewals(item, choices, fact), rules.calendar_of(item)
        needed = [check for check in checks if check.effect == "refuse"]
        fine = (
            value
            for held in (checks, needed)  # without any advice, or at least taken
            for value in _candidates(fact, checks, now)
            if _passes(held, {**found, fact.code: value}, now)
            and _may_come(renewals, value, calendar, now)
        )
        if (value := next(fine, None)) is not None:
            found[fact.code] = value
    return entries_given(item.text, with_answers(item.text.asked_in_order, given, found)) | found


def _passes(checks: list[CheckRule], found: dict[str, Any], now: datetime) -> bool:
    return all(passes(check, found, now) is not False for check in checks)


def _candidates(fact: FactRule, checks: list[CheckRule], now: datetime) -> list[Any]:
    match fact.type:
        case "boolean":
            return [True, False]
        case "choice":
            return [choice.code for choice in fact.choices]
        case "date":
            today = local_day(now)
            near = [timedelta(days=n) for n in (20, -20, 60, -200, -1000, 1000, -4000, -9000, 0)]
            return [today + days for days in (*near, timedelta(days=-25000))]
        case "integer":
            pass
        case _:
            return [an_answer(fact)]
    bounds = [bound for check in checks for bound in (check.least, check.most) if bound is not None]
    least = [] if fact.least is None else [fact.least]
    return [*bounds, *least, 1, 0, 2, 18, 60, 100]


def _renewals(item: Item, choices: Choices, fact: FactRule) -> list[RenewalRule]:
    rules = item.text.renewals
    return [one for one in rules if one.fact == fact.code and holds(one.when, choices)]


def _may_come(
    renewals: list[RenewalRule], value: object, calendar: Calendar, now: datetime
) -> bool:
    return all(
        renewal_window(rule, value, calendar).is_open(local_day(now))
        for rule in renewals
        if isinstance(value, date)
    )


class Walk:
    """One case: its facts, and who does what is owed next."""

    def __init__(self, item: Item, rules: Rules, now: datetime) -> None:
        self.item, self.rules, self.now = item, rules, now
        self.case = Case(id="c1")
        self.facts: list[Fact] = []
        self.times: list[datetime] = []
        self.refuse = False
        self.seen: list[str] = []

    def do(self, decide: Callable[..., list[Fact]], wish: object) -> list[Fact]:
        """One command; what it decides is appended."""
        self.now += timedelta(minutes=1)
        facts = decide(self.case, wish, self.rules, self.now)
        for fact in facts:
            self.facts.append(fact)
            self.times.append(self.now)
            self.case = evolve(self.case, Recorded(fact, len(self.facts), self.now))
        return facts

    def submit(self, **changes: Any) -> None:
        """A conforming application at a time when the item is taken."""
        self.do(at_intake, application(self.item, self.rules, self.now, **changes))

    def next(self) -> Owed | None:
        """The step that moves the case on and is owed first."""
        steps = [s for s in owed(self.case) if s.step.partition(":")[0] not in WATCHED]
        return steps[0] if steps else None

    def to_the_end(self) -> "Walk":
        """Do what is owed until nothing is."""
        for _ in range(MOST_STEPS):
            step = self.next()
            if step is None:
                return self
            self.seen.append(step.step)
            self.act(step)
        raise AssertionError(f"{self.item.id} never ends: {self.seen[-6:]}")

    def until(self, kind: str) -> "Walk":
        """Do what is owed until a step of this kind is owed."""
        for _ in range(MOST_STEPS):
            step = self.next()
            if step is None or step.step.partition(":")[0] == kind:
                return self
            self.act(step)
        raise AssertionError(f"{self.item.id} never owes {kind}")

    def act(self, step: Owed) -> None:
        """Whoever owes the step does it."""
        kind, _, about = step.step.partition(":")
        before = self.case.version
        getattr(self, "_" + kind.replace("-", "_"))(about)
        assert self.case.version > before, f"{self.item.id}: nothing came of {step.step}"

    # ---- intake

    def _payment(self, _: str) -> None:
        assert self.case.fee is not None
        fen = self.case.fee.amount_fen
        paid = intake.RecordPayment(transaction="t1", amount_fen=fen, method="alipay")
        self.do(at_intake, paid)

    def _supplement(self, _: str) -> None:
        assert self.case.supplement is not None
        codes = [one.code for one in self.case.supplement.fact.missing]
        given = tuple(a_material(code) for code in codes)
        self.do(at_intake, intake.ProvideSupplement(materials=given))

    def _acceptance(self, _: str) -> None:
        waits = awaits_officer(self.case)
        self.do(at_intake, intake.AcceptCase(**OFFICER) if waits else intake.SettleCase())

    _deemed_acceptance = _acceptance

    def _refund_order(self, _: str) -> None:
        self.do(at_intake, intake.OrderRefunds())

    def _refund(self, transaction: str) -> None:
        fen = next(p.amount_fen for p in self.case.payments if p.transaction == transaction)
        back = intake.RecordRefund(payment=transaction, transaction="r1", amount_fen=fen)
        self.do(at_intake, back)

    # ---- review

    def _review_opening(self, _: str) -> None:
        self.do(at_review, review.OpenReview())

    def _public_notice(self, code: str) -> None:
        """Publish it for ten days, and wait until they are over."""
        since = local_day(self.now + timedelta(minutes=1))
        until = since + timedelta(days=10)
        if code not in self.case.terms:
            words = {"text": "公示内容", "place": "公告栏"}
            dated = {"step": code, "since": since, "until": until}
            self.do(at_review, review.PublishNotice(**words, **dated, **OFFICER))
        self.now = max(self.now, utc(end_of_day(self.case.terms[code].until)))

    def _step(self, code: str) -> None:
        stage = next(one for one in self.case.stages if one.code == code)
        if stage.kind == "public-notice":
            self._public_notice(code)
        else:
            self.do(at_review, review.StartStep(step=code, **OFFICER))
            self.now += timedelta(days=3)
        outcome: Any = "failed" if self.refuse and code != "rectification" else "passed"
        found = found_for(self.case, code, outcome, self.rules, self.now)
        said: dict[str, Any] = {"legal_basis": self._basis(), **found, **OFFICER}
        self.do(at_review, review.CompleteStep(step=code, outcome=outcome, **said))

    def _assignment(self, _: str) -> None:
        self.do(at_review, review.AssignCase(**OFFICER))

    def _proposal(self, _: str) -> None:
        criteria = self.case.review.fact.criteria if self.case.review else ()
        mine = [one.code for one in criteria if not one.code.startswith("step-")]
        findings = tuple(
            Finding(criterion=code, met=not self.refuse or n > 0) for n, code in enumerate(mine)
        )
        proposal: Any = "refuse" if self.refuse else "approve"
        wish = review.ProposeDecision(proposal=proposal, findings=findings, **OFFICER)
        self.do(at_review, wish)

    def _decision(self, _: str) -> None:
        who = {
            **OFFICER,
            "officer": "staff-2" if self.item.text.review.second_person else "staff-1",
        }
        if not self.refuse:
            asked = msgspec.to_builtins(open_to(self.case, self.rules))
            answer = msgspec.convert(stated(asked), tuple[Stated, ...])
            self.do(at_review, review.ApproveCase(validity=answer, **who))
            return
        findings = self.case.proposal.fact.findings if self.case.proposal else ()
        unmet = tuple(one.criterion for one in findings if not one.met)
        basis = self._basis()
        wish = review.RefuseCase(reasons=unmet, legal_basis=basis, explained=True, **who)
        self.do(at_review, wish)

    def _basis(self) -> tuple[str, ...]:
        """An item that quotes no law leaves it to the officer to cite one."""
        return () if self.item.text.legal_basis else BASIS

    # ---- issuance

    def _production_order(self, _: str) -> None:
        self.do(at_issuance, issuance.PrepareResults())
        rule = document_of(self.rules.results_of(self.case))
        assert rule is not None
        numbered = DocumentNumbered(
            case="c1", grant=1, issue=1, result=rule.code, scheme=rule.code, number=1
        )
        self.do(at_issuance, issuance.OrderProduction(document="d1", numbered=numbered))

    def _production(self, _: str) -> None:
        self.do(at_issuance, issuance.RecordProduction())

    def _dispatch(self, _: str) -> None:
        self.do(at_issuance, issuance.DispatchDocument(carrier="ems"))

    def _readiness(self, _: str) -> None:
        self.do(at_issuance, issuance.RecordReady(office="office-1"))

    def _handover(self, _: str) -> None:
        to: To = "unit" if self.case.organisation else "applicant"
        told = issuance.RecordHandover(to=to, shown=right_for(self.case))
        self.do(at_issuance, told)

    def _destruction(self, _: str) -> None:
        day = destroy_after(self.case)
        assert day is not None
        self.now = max(self.now, utc(end_of_day(day)))
        self.do(at_issuance, issuance.DestroyDocument(officer="s"))

    def _record(self, stage: str) -> None:
        found = next(one for one in self.case.stages if one.code == stage)
        if found.actor == "system":
            self.do(at_issuance, issuance.PrepareResults())
            return
        outcome: Any = "surrendered" if found.kind == "surrender-old" else "recorded"
        self.do(at_issuance, issuance.RecordResult(officer="s", stage=stage, outcome=outcome))

    def _payout_schedule(self, _: str) -> None:
        self.do(at_issuance, issuance.PrepareResults())

    def _payout(self, _: str) -> None:
        assert self.case.payout is not None
        self.now = max(self.now, self.case.payout.due_at - timedelta(hours=8))
        self.do(at_issuance, issuance.RecordPayout(officer="s"))

    def _closing(self, _: str) -> None:
        self.do(at_issuance, issuance.CloseCase())


class Dated(Walk):
    """A walk on which what is granted is valid until a day, without end, or nobody knows."""

    valid: Valid | None = None

    def do(self, decide: Callable[..., list[Fact]], wish: object) -> list[Fact]:
        """One command; a grant is given its validity."""

        def dated(*given: Any) -> list[Fact]:
            return [self._dated(fact) for fact in decide(*given)]

        return super().do(dated, wish)

    def _dated(self, fact: Fact) -> Fact:
        if not isinstance(fact, CaseApproved):
            return fact
        grants = tuple(replace(grant, valid=self.valid) for grant in fact.grants)
        return replace(fact, grants=grants)
