"""Reserves a number for each paper that a case was granted, then gives it to `document/<id>`.

It is the one reaction with an effect of its own: the number is reserved before the document is
appended to, and a repeat finds the same number and the same stream. Kafka's events bring it, and
so does the timer of what waits for a number.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from services.issuance.documents.lasting import renewal_of
from services.issuance.documents.revocation import ReplaceDocument
from services.issuance.numbers.giving import NumberDocument, VoidNumber, numbered_by
from services.issuance.numbers.store import Numbers, Owner, Reserved, document_id
from services.issuance.production import ORDER, OrderLateProduction, OrderProduction
from services.issuance.topics import ISSUANCE
from shared.case import (
    Case,
    RulesSource,
    decode,
    document_stream,
)
from shared.case.facts.parts import Grant
from shared.case.issuance.record import ResultRecorded
from shared.case.review.verdict import CaseApproved
from shared.casework.log import case_of, issued_document
from shared.casework.topics import CaseCommand, FireTimer
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.procedure import NUMBERED, document_of
from shared.config.wall_clock import utc_now
from shared.eventlog import Actor, Command, EventLog, Outcome
from shared.messaging.consumer.received import Handler, Received
from shared.messaging.stores.ids import reaction_command_id, timer_command_id

SYSTEM = Actor(kind="system", ref="issuance")
FIRST_ISSUE = 1
# The owed steps that wait for a number: where one is late, the numbers are looked after first.
AWAIT_NUMBERS = frozenset({ORDER, "record"})


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
        granted = case.approval.fact.grants if case.approval else ()
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
            holder=case.subject,
        )
        wanted = NumberDocument(
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
        if grant.old_document and issued_document(self._log.load(stream)).voided is None:
            # First the old one: at no moment do both count, wherever a crash falls.
            own = replace(command, command_id=f"{command.command_id}/old/{rule.code}")
            instead = ReplaceDocument(by_document=reserved.document)
            self._do(document_stream(grant.old_document), own, instead)
        outcome = self._do(stream, command, wanted)
        if outcome.commit is None and issued_document(self._log.load(stream)).ended:
            return None  # its number was voided: nothing is made of it
        return OrderProduction(document=reserved.document, numbered=numbered_by(wanted))

    def void(self, owner: Owner, *, reason: str, actor: Actor, authority: str) -> Reserved | None:
        """Void a reserved number that no document will carry; None where none is reserved.

        `reason` is a code or a sentence without personal data; it is recorded for ever.

        Raises:
            NumberInUse: a document carries it.
        """
        reserved = self._numbers.of(owner)
        if reserved is None:
            return None
        void = VoidNumber(
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
        self._do(stream, command, void)
        return reserved

    def late(self, stream: str, step: str, version: int, now: datetime) -> CaseCommand:
        """What the timer of a case's step brings; what waits for a number is numbered before."""
        kind = step.partition(":")[0]
        if kind in AWAIT_NUMBERS:
            loaded = self._log.load(stream)
            command = Command(
                command_id=timer_command_id(step, version),
                actor=SYSTEM,
                now=now,
                causation=f"{stream}/{version}",
                authority=loaded.commits[-1].body.authority if loaded.commits else None,
            )
            order = self.number(case_of(loaded), command)
            if order is not None and kind == ORDER:
                return OrderLateProduction(
                    document=order.document, numbered=order.numbered, version=version
                )
        return FireTimer(step=step, version=version)

    def _do(self, stream: str, command: Command, wanted: CaseCommand) -> Outcome:
        rules = self._rules.present
        return self._log.execute(
            stream, command, lambda loaded: ISSUANCE.decided(loaded, wanted, rules, command.now)
        )


def numbering_handlers(numbering: Numbering) -> dict[str, list[Handler]]:
    """The events that bring a number."""
    return {CaseApproved.TYPE: [numbering.react], ResultRecorded.TYPE: [numbering.react]}
