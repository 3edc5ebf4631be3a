"""What follows from what others did: a number, an order, the end. Rows of a table.

The number is the one reaction with an effect of its own: it is reserved before `document/<id>` is
appended to, and whoever comes again finds the same number and the same stream.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from services.issuance.commands import CloseCase, FireTimer, OrderProduction, PrepareResults
from services.issuance.decisions import decide as decide_case
from services.issuance.decisions import number_document, void_number
from services.issuance.lasting import renewal_of
from services.issuance.numbers import Numbers, Owner, Reserved, document_id
from shared.case import (
    Case,
    RulesSource,
    case_of_stream,
    case_stream,
    decode,
    document_stream,
    fold_document,
)
from shared.case.facts.parts import Grant
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import RefundRecorded
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.handover import DocumentDestroyed, DocumentHandedOver
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.payout import PayoutFailed, PayoutMade
from shared.case.issuance.production import DocumentProduced
from shared.case.issuance.record import ResultHandedOver, ResultRecorded
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.casework.log import case_of, drafts
from shared.casework.reaction import Reaction
from shared.casework.worker import firing
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.procedure import NUMBERED, document_of
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, Draft, EventLog, Loaded
from shared.messaging.consumer.received import Handler, Received
from shared.messaging.stores.ids import reaction_command_id, timer_command_id
from shared.messaging.timers.firing import Fire

SERVICE = "issuance"
SYSTEM = Actor(kind="system", ref=SERVICE)
FIRST_ISSUE = 1
# The owed steps that wait for a number: where one is late, the numbers are looked after first.
AWAIT_NUMBERS = frozenset({"production-order", "record"})


class Numbering:
    """Gives each paper of an approved case its document: a number, then `document/<id>`."""

    def __init__(
        self,
        numbers: Numbers,
        log: EventLog,
        rules: RulesSource,
        *,
        document_key: bytes,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._numbers = numbers
        self._log = log
        self._rules = rules
        self._key = document_key
        self._now = now

    def react(self, received: Received) -> None:
        """On `review.CaseApproved`: number its grants. Again and again, with one effect.

        On `issuance.ResultRecorded`: number a temporary document that was recorded (R-153).
        """
        command = Command(
            command_id=reaction_command_id("number-document", received.event_id),
            actor=SYSTEM,
            now=self._now(),
            causation=received.event_id,
            correlation=received.correlation,
            traceparent=received.traceparent,
            authority=received.authority,
        )
        case = case_of(self._log.load(received.stream, upto_version=received.event.version))
        recorded = decode(received.event).fact
        if not isinstance(recorded, ResultRecorded):
            self.number(case, command)
            return
        for rule in self._rules.present.results_of(case):
            if rule.temporary_of and rule.code == recorded.result:
                self._number(case, rule, command)

    def number(self, case: Case, command: Command) -> OrderProduction | None:
        """Number everything that the case was granted and that carries a number of ours.

        A temporary document is not among it: it gets its number when somebody asks for it.
        Returns what is to be ordered next: the command that `issuance.DocumentNumbered` brings for
        the document that is made; None where there is none.
        """
        if case.approval is None:
            return None
        results = self._rules.present.results_of(case)
        made = document_of(results) if case.makes_document else None
        order = None if made is None else self._number(case, made, command)
        for rule in results:
            if rule is not made and rule.kind in NUMBERED and not rule.temporary_of:
                # One command has one effect on the whole log: each paper has its own.
                own = replace(command, command_id=f"{command.command_id}/{rule.code}")
                self._number(case, rule, own)
        return order

    def _number(self, case: Case, rule: ResultRule, command: Command) -> OrderProduction | None:
        granted = case.approval.grants if case.approval else ()
        grant = next((one for one in granted if one.result == rule.code), None)
        return None if grant is None else self._grant(case, grant, rule, command)

    def _grant(
        self, case: Case, grant: Grant, rule: ResultRule, command: Command
    ) -> OrderProduction | None:
        owner = Owner(case.id, grant.grant, FIRST_ISSUE)
        reserved = self._numbers.reserve(
            owner,
            scheme=rule.scheme or rule.code,
            document=document_id(self._key, owner),
            now=command.now,
        )
        numbered = DocumentNumbered(
            case=case.id,
            grant=grant.grant,
            issue=FIRST_ISSUE,
            result=rule.code,
            scheme=reserved.scheme,
            number=reserved.number,
            replaces=rule.replaces,
            valid=grant.valid,
            renewal=renewal_of(rule, grant.valid, self._rules.present),
        )
        stream = document_stream(reserved.document)
        outcome = self._log.execute(stream, command, lambda loaded: _number(loaded, numbered))
        if (
            outcome.commit is None
            and not fold_document(stream, self._log.load(stream).events).valid
        ):
            return None  # its number was voided: nothing is made of it
        return OrderProduction(document=reserved.document, numbered=numbered)

    def void(self, owner: Owner, *, reason: str, actor: Actor, authority: str) -> Reserved | None:
        """Void a reserved number that no document will carry; None where none is reserved.

        `reason` is a code or a sentence without personal data; it is recorded for ever.

        Raises:
            NumberInUse: a document carries it.
        """
        reserved = self._numbers.of(owner)
        if reserved is None:
            return None
        voided = NumberVoided(
            case=owner.case,
            grant=owner.grant,
            issue=owner.issue,
            scheme=reserved.scheme,
            number=reserved.number,
            reason=reason,
        )
        command = Command(
            command_id=f"void:{owner.key}", actor=actor, now=self._now(), authority=authority
        )
        stream = document_stream(reserved.document)
        self._log.execute(stream, command, lambda loaded: _void(loaded, voided))
        return reserved


def _number(loaded: Loaded, numbered: DocumentNumbered) -> Sequence[Draft]:
    return drafts(number_document(fold_document(loaded.stream, loaded.events), numbered))


def _void(loaded: Loaded, voided: NumberVoided) -> Sequence[Draft]:
    return drafts(void_number(fold_document(loaded.stream, loaded.events), voided))


def _order(received: Received) -> OrderProduction:
    numbered = decode(received.event).fact
    if not isinstance(numbered, DocumentNumbered):
        raise TypeError(f"{received.event.type} orders no production")
    return OrderProduction(
        document=received.stream.partition("/")[2],
        numbered=numbered,
    )


def _case_of_document(received: Received) -> str:
    return case_stream(str(received.event.data["case"]))


def _close(_received: Received) -> CloseCase:
    return CloseCase()


def _prepare(_received: Received) -> PrepareResults:
    return PrepareResults()


# The names are on disk (command ids) and never change.
REACTIONS: tuple[Reaction, ...] = (
    Reaction(
        name="order-production",
        types=frozenset({DocumentNumbered.TYPE}),
        command=_order,
        stream=_case_of_document,
    ),
    Reaction(
        name="prepare-results",
        types=frozenset({CaseApproved.TYPE, PayoutFailed.TYPE}),
        command=_prepare,
    ),
    Reaction(
        name="close-case",
        types=frozenset(
            {
                DocumentProduced.TYPE,
                DocumentHandedOver.TYPE,
                DocumentDestroyed.TYPE,
                ResultRecorded.TYPE,
                ResultHandedOver.TYPE,
                PayoutMade.TYPE,
                CaseRefused.TYPE,
                CaseNotAccepted.TYPE,
                CaseWithdrawn.TYPE,
                RefundRecorded.TYPE,
            }
        ),
        command=_close,
    ),
)


def numbering_handlers(numbering: Numbering) -> dict[str, list[Handler]]:
    """The reactions with an effect of their own, by event type."""
    return {CaseApproved.TYPE: [numbering.react], ResultRecorded.TYPE: [numbering.react]}


def fire_with(numbering: Numbering, log: EventLog, rules: RulesSource) -> Fire:
    """What fires issuance's timers. What is late is numbered here, before it is ordered."""

    def fire(stream: str, step: str, version: int, now: datetime) -> None:
        order = None
        waits = step.partition(":")[0] in AWAIT_NUMBERS
        if waits and stream == case_stream(case_of_stream(stream)):
            loaded = log.load(stream)
            command = Command(
                command_id=timer_command_id(step, version),
                actor=SYSTEM,
                now=now,
                causation=f"{stream}/{version}",
                authority=loaded.commits[-1].body.authority if loaded.commits else None,
            )
            order = numbering.number(case_of(loaded), command)
        standard = firing(
            lambda step, version: FireTimer(step=step, version=version, order=order),
            service=SERVICE,
            log=log,
            decide=decider(rules),
        )
        standard(stream, step, version, now)

    return fire


def decider(rules: RulesSource) -> Callable[[Loaded, object, datetime], Sequence[Draft]]:
    """The decisions of this service as the log wants them: a loaded stream in, drafts out."""

    def decide(loaded: Loaded, command: object, now: datetime) -> Sequence[Draft]:
        return drafts(decide_case(case_of(loaded), command, rules.present, now))  # type: ignore[arg-type]

    return decide
