"""A case as its events tell it. Only the folds make one; nothing in it is personal data.

It is plain data: msgspec round-trips it through MessagePack, for whoever keeps it beside a view.
Nobody changes a dict of it; a fold makes a new one.
"""

import msgspec

from shared.case.facts.fact import FactCorrected, Mark, Recorded, Reminded, mark_of
from shared.case.facts.parts import (
    STANDARD,
    Channel,
    Delivery,
    DueDate,
    Material,
    Pin,
    Stage,
    Valid,
)
from shared.case.intake.acceptance import AcceptanceAwaited, CaseAccepted, CaseNotAccepted
from shared.case.intake.counter import CaseTakenIn, Original
from shared.case.intake.fee import Fee, Payment
from shared.case.intake.migration import Moved
from shared.case.intake.refund import Stray
from shared.case.intake.submission import CaseSubmitted
from shared.case.intake.supplement import SupplementRequested
from shared.case.issuance.closing import Outcome
from shared.case.issuance.payout import Payout
from shared.case.issuance.production import Document
from shared.case.review.assignment import ReviewOpened
from shared.case.review.limits import Paused, PauseOver, Restarted
from shared.case.review.steps import StepCompleted, StepDone, Term, VisitArranged
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed

__all__ = ["Case", "Document", "Fee", "Mark", "Payment", "Reminded", "venue_of"]


def venue_of(office: str, item: str) -> str:
    """Where a case lies: the office that it names, else the source of its item (`003`)."""
    return office or item.partition("-")[0]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. An empty one (version 0) is a stream that does not exist yet.

    A fact that is kept whole stands with its place and time. `reckoned`: when times before the
    acceptance were last counted anew.
    `taken_in`: by an officer, for somebody present or on the telephone. `originals`:
    those that an officer saw.
    `supplement_given`: the materials that came as an answer to the one request, by their codes.
    `visits`: the arranged inspections; `outcomes`: every outcome of a step, in order. `delays`: why
    a missed limit was missed. `terms`: the days of each step that has days of its own. `recorded`:
    the stages that were written down, `written`: the results in them. `sealed_in` says which
    version holds the present value of a sealed field.
    """

    id: str = ""
    version: int = 0
    submission: Recorded[CaseSubmitted] | None = None
    taken_in: Recorded[CaseTakenIn] | None = None
    materials: tuple[Material, ...] = ()
    originals: tuple[Original, ...] = ()
    contact: tuple[Channel, ...] = ()
    sealed_in: dict[str, int] = {}
    fee: Fee | None = None
    payments: tuple[Payment, ...] = ()
    failed_payments: tuple[str, ...] = ()
    strays: tuple[Stray, ...] = ()
    supplement: Recorded[SupplementRequested] | None = None
    supplement_given: tuple[str, ...] = ()
    supplement_provided: Mark | None = None
    supplement_lapsed: Mark | None = None
    supplement_reminded: Mark | None = None
    awaiting: Recorded[AcceptanceAwaited] | None = None
    reckoned: Mark | None = None
    acceptance: Recorded[CaseAccepted] | None = None
    non_acceptance: Recorded[CaseNotAccepted] | None = None
    withdrawn: Mark | None = None
    review: Recorded[ReviewOpened] | None = None
    officer: str | None = None
    assigned: Mark | None = None
    released: Mark | None = None
    proposal: Recorded[DecisionProposed] | None = None
    approval: Recorded[CaseApproved] | None = None
    refusal: Recorded[CaseRefused] | None = None
    started: dict[str, Mark] = {}
    terms: dict[str, Term] = {}
    steps: dict[str, StepDone] = {}
    visits: dict[str, Recorded[VisitArranged]] = {}
    outcomes: tuple[Recorded[StepCompleted], ...] = ()
    retry: str = ""
    limits: tuple[DueDate, ...] = ()
    limits_at: dict[str, Mark] = {}
    ends: dict[str, str] = {}
    paused: dict[str, Paused] = {}
    pauses: tuple[PauseOver, ...] = ()
    extended: frozenset[str] = frozenset()
    restarts: tuple[Restarted, ...] = ()
    approaching: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    delays: dict[str, str] = {}
    document: Document | None = None
    recorded: dict[str, Mark] = {}
    written: frozenset[str] = frozenset()
    handed_over: Mark | None = None
    payout: Payout | None = None
    closed: Mark | None = None
    outcome: Outcome | None = None
    reminded: dict[str, Reminded] = {}
    corrections: tuple[FactCorrected, ...] = ()
    moves: tuple[Moved, ...] = ()
    procedure: tuple[Stage, ...] = ()

    @property
    def application(self) -> CaseSubmitted | None:
        """What the applicant, or whoever began the case, handed in."""
        return self.submission.fact if self.submission else None

    @property
    def organisation(self) -> str:
        """The reference of the organisation that applied; empty where a person did."""
        parties = self.application.parties if self.application else ()
        applying = (one for one in parties if one.role == "applicant" and one.kind != "person")
        return next((one.ref for one in applying), "")

    @property
    def originals_kept(self) -> tuple[str, ...]:
        """The materials whose originals the office has, by their codes."""
        return tuple(one.material for one in self.originals if one.returned is None)

    @property
    def submitted(self) -> Mark | None:
        """When it was submitted."""
        return mark_of(self.submission)

    @property
    def supplement_requested(self) -> Mark | None:
        """When what is missing was asked for."""
        return mark_of(self.supplement)

    @property
    def awaited(self) -> Mark | None:
        """When an officer was asked to accept it."""
        return mark_of(self.awaiting)

    @property
    def accepted(self) -> Mark | None:
        """When it was accepted: the day of receipt where silence accepted it."""
        return mark_of(self.acceptance)

    @property
    def not_accepted(self) -> Mark | None:
        """When it was not accepted."""
        return mark_of(self.non_acceptance)

    @property
    def review_opened(self) -> Mark | None:
        """When it came to its department."""
        return mark_of(self.review)

    @property
    def proposed(self) -> Mark | None:
        """When a decision was proposed."""
        return mark_of(self.proposal)

    @property
    def approved(self) -> Mark | None:
        """When it was approved."""
        return mark_of(self.approval)

    @property
    def refused(self) -> Mark | None:
        """When it was refused."""
        return mark_of(self.refusal)

    @property
    def exists(self) -> bool:
        """Whether anything was submitted under this id."""
        return self.submitted is not None

    @property
    def open(self) -> bool:
        """Whether the case has not come to its end yet."""
        return self.exists and self.closed is None

    @property
    def item(self) -> str:
        """The item's id, such as `000-01`; empty for a case that does not exist."""
        return self.submission.fact.item if self.submission else ""

    @property
    def pin(self) -> Pin | None:
        """The catalogue edition that judges this case: of its submission, or of its last move."""
        if self.moves:
            return self.moves[-1].fact.to_pin
        return self.submission.fact.pin if self.submission else None

    @property
    def department(self) -> str:
        """The department whose officers see the case."""
        return self.submission.fact.department if self.submission else ""

    @property
    def subject(self) -> str:
        """The applicant's subject reference (random, never an identity number)."""
        return self.submission.fact.subject if self.submission else ""

    @property
    def number(self) -> str:
        """The case number that people read and say; empty for a case from before there were any."""
        return self.submission.fact.number if self.submission else ""

    @property
    def delivery(self) -> Delivery | None:
        """How the result is to reach the applicant."""
        return self.submission.fact.delivery if self.submission else None

    @property
    def office(self) -> str:
        """The code of the office that has the case; before the acceptance, that was applied to."""
        if self.acceptance is not None:
            return self.acceptance.fact.office.code if self.acceptance.fact.office else ""
        return self.submission.fact.office if self.submission else ""

    @property
    def venue(self) -> str:
        """Where the case lies, by the office that it names and its item."""
        return venue_of(self.office, self.item)

    @property
    def fee_paid(self) -> bool:
        """Whether the fee is paid, or there is none to pay.

        A fee that went back without our order is not paid any more; one that goes back because the
        case ended was paid.
        """
        if self.fee is None:
            return False
        stands = any(
            payment.accounted == "fee"
            and (payment.whole or (self.rejected and payment.refund_ordered is not None))
            for payment in self.payments
        )
        return self.fee.amount_fen == 0 or stands

    @property
    def rejected(self) -> bool:
        """Whether it ended without a service: not accepted, withdrawn or refused."""
        return bool(self.not_accepted or self.withdrawn or self.refused)

    @property
    def decided(self) -> bool:
        """Whether there is a decision on it."""
        return bool(self.approved or self.refused)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The procedure that the case goes through."""
        submitted = self.submission.fact.stages if self.submission else ()
        return self.procedure or submitted or STANDARD

    @property
    def due(self) -> tuple[DueDate, ...]:
        """Its due dates as they are now, one for each limit that began; none before acceptance."""
        return self.limits

    @property
    def driving_due(self) -> DueDate | None:
        """The due date that the applicant is told: the earlier of promised and statutory."""
        return next((due for due in self.due if due.drives), None)

    @property
    def result_ready(self) -> bool:
        """Whether what the limits promise is there: made, recorded, paid out, or refused."""
        return self.refused is not None or bool(self.approved and not self.making)

    @property
    def making(self) -> tuple[Stage, ...]:
        """The stages after the decision, but the handing over, that are still owed."""
        return tuple(stage for stage in self._after_decision if not self._made(stage))

    @property
    def to_hand_over(self) -> bool:
        """Whether something has to reach the applicant yet."""
        if all(stage.kind != "handover" for stage in self.stages):
            return False
        if self.makes_document:
            document = self.document
            return document is None or not (document.handed_over or document.destroyed)
        return self.handed_over is None

    def valid_of(self, grant: int) -> Valid | None:
        """How long what was granted under that number is valid; null where nothing says it."""
        grants = self.approval.fact.grants if self.approval else ()
        return next((one.valid for one in grants if one.grant == grant), None)

    @property
    def makes_document(self) -> bool:
        """Whether the procedure makes a document with a number."""
        return any(stage.kind == "production" for stage in self.stages)

    @property
    def _after_decision(self) -> tuple[Stage, ...]:
        apart = {"handover", "close"}
        return tuple(
            stage
            for stage in self.stages
            if stage.service == "issuance" and stage.kind not in apart and not stage.optional
        )

    def _made(self, stage: Stage) -> bool:
        if stage.kind == "production":
            return self.document is not None and self.document.produced is not None
        if stage.kind == "payout":
            return self.payout is not None and self.payout.made is not None
        return stage.code in self.recorded

    @property
    def to_refund(self) -> tuple[Payment, ...]:
        """Payments that must go back and were not ordered back yet."""
        return tuple(
            payment
            for payment in self.payments
            if payment.refund_ordered is None
            and payment.refunded is None
            and self._not_ours(payment)
        )

    def _not_ours(self, payment: Payment) -> bool:
        """Whether what is here of a payment goes back: also a fee that another one stands for."""
        fees = [one for one in self.payments if one.accounted == "fee" and one.whole]
        kept = next((one for one in fees if one.refund_ordered is None), None)
        apart = payment.accounted != "fee" or self.fee_goes_back
        beyond = kept is not None and kept.transaction != payment.transaction
        return payment.rest_fen > 0 and (apart or beyond)

    @property
    def fee_goes_back(self) -> bool:
        """Whether the paid fee is given back: the case ended in a way that its item names."""
        return self.fee is not None and self.rejected and self.ended_as in self.fee.refund_on

    @property
    def refunds_open(self) -> tuple[Payment, ...]:
        """Payments that were ordered back and are not back, or of which too much went back."""
        return tuple(
            payment
            for payment in self.payments
            if (payment.refund_ordered or payment.gone_fen > payment.amount_fen)
            and not payment.refunded
        )

    @property
    def ended_as(self) -> Outcome | None:
        """How the case ends once nothing is owed any more; null while its end is not known."""
        if self.withdrawn:
            return "withdrawn"
        if self.not_accepted:
            return "not-accepted"
        if self.refused:
            return "refused"
        if self.approved is None or self.making or self.to_hand_over:
            return None
        if self.document is not None and self.document.destroyed:
            return "unclaimed"
        handed = any(stage.kind == "handover" for stage in self.stages)
        return "delivered" if handed else "completed"

    @property
    def closable(self) -> bool:
        """Whether it may be closed: its end is known, and no money is to go back."""
        return (
            self.open and self.ended_as is not None and not self.to_refund and not self.refunds_open
        )
