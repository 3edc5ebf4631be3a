"""What a service does, as one table: its topics, and what follows from all of them together.

A topic is one part of the office's work. It says which commands it answers, what can be done now,
what a machine does when a step is late, and what follows from events. A service lists its topics
once; its decisions, its actions, its timers and its reactions are read from that list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

import msgspec

from shared.case import (
    Case,
    Effect,
    Fact,
    IssuedDocument,
    Rules,
    RulesSource,
    SignedPaper,
    Transaction,
    fire,
)
from shared.case.deciding.limits_begun import begun
from shared.case.facts.fact import StepOverdue
from shared.case.facts.recomputed import LimitsRecomputed
from shared.casework.log import case_of, drafts, issued_document, signed_paper, transaction_of
from shared.casework.reaction import Reaction
from shared.eventlog import Draft, Loaded
from shared.eventlog.errors import NotFound, Refused
from shared.security.duties import Duty

DOCUMENT = "document/"
PAYMENT = "payment/"
PAPER = "paper/"
K = TypeVar("K")
V = TypeVar("V")


class CaseCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What a service can be told to do: an imperative, without personal data or transport."""


class FireTimer(CaseCommand, frozen=True, kw_only=True):
    """The time of an owed step is over; `version` is that of the event that set it."""

    step: str
    version: int


class Instead(Refused):
    """A refusal that names what is possible instead; `Topics.decide` fills the actions in.

    At a desk it names of these what the caller can do (`shared.casework.offers`).

    `without`: actions that it never names, because it is what refuses them.
    """

    without: ClassVar[frozenset[str]] = frozenset()


class NotPossibleNow(Instead):
    """The case is past the point, or not yet at it."""

    code = "not-possible-now"


class OwnApplication(Refused):
    """An officer never handles their own application."""

    code = "own-application"


Decision = Callable[[Case, Any, Rules, datetime], Sequence[Fact]]
DocumentDecision = Callable[[IssuedDocument, Any, Rules, datetime], Sequence[Fact]]
PaperDecision = Callable[[SignedPaper, Any, Rules, datetime], Sequence[Fact]]
PaymentDecision = Callable[[Transaction, Any, Rules, datetime], Sequence[Fact]]
Holds = Callable[[Case], bool]
# Whether something can be done with a document, as its own stream and its case are now.
DocumentHolds = Callable[[IssuedDocument, Case], bool]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks what they can do (a staff id, or empty), by which duties and rules, and when."""

    staff: str
    duties: frozenset[Duty]
    rules: Rules
    now: datetime


# Whether an action is for this person now, where the state of the case alone does not say it.
Offer = Callable[[Case, Asking], bool]
# (blueprint, desk): the desk decides a command, appends, and answers.
Routes = Callable[[Any, Any], None]


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic of a service.

    `decisions` answer commands on a case, `on_documents` those on `document/<id>`, `on_payments`
    those on `payment/<gateway>/<transaction>`, `on_papers` those on `paper/<id>`.
    `actions`: what can be done now, by name. `offers`: to whom; also of what is no action of a
    refusal. `document_actions`: what can be done now with a document of a case. `effects`: what a
    machine does when a step of that kind is late; `late`: the kinds that only a person can do.
    `sealed`: beside which event, and as which field, the free text of a command is sealed under
    the applicant's key. `routes` adds the topic's commands on a case to a blueprint,
    `document_routes` those on a document.
    """

    decisions: Mapping[type[CaseCommand], Decision] = field(default_factory=_nothing)
    on_documents: Mapping[type[CaseCommand], DocumentDecision] = field(default_factory=_nothing)
    on_payments: Mapping[type[CaseCommand], PaymentDecision] = field(default_factory=_nothing)
    on_papers: Mapping[type[CaseCommand], PaperDecision] = field(default_factory=_nothing)
    actions: Mapping[str, Holds] = field(default_factory=_nothing)
    offers: Mapping[str, Offer] = field(default_factory=_nothing)
    document_actions: Mapping[str, DocumentHolds] = field(default_factory=_nothing)
    effects: Mapping[str, Effect] = field(default_factory=_nothing)
    late: frozenset[str] = frozenset()
    reactions: tuple[Reaction, ...] = ()
    sealed: Mapping[type[CaseCommand], tuple[str, str]] = field(default_factory=_nothing)
    routes: Routes | None = None
    document_routes: Routes | None = None


@dataclass(frozen=True)
class Topics:
    """All topics of a service, in the order of its work.

    `overdue`: the fact that a step of this service is late. `recomputed`: the fact by which the
    service says that limits began; None for a service whose facts begin none.
    """

    service: str
    topics: tuple[Topic, ...]
    overdue: type[StepOverdue]
    recomputed: type[LimitsRecomputed] | None = None

    @cached_property
    def decisions(self) -> Mapping[type[CaseCommand], Decision]:
        """Which decision answers which command on a case."""
        own: Mapping[type[CaseCommand], Decision] = {FireTimer: self._fire}
        return _joined([*(topic.decisions for topic in self.topics), own])

    @cached_property
    def on_documents(self) -> Mapping[type[CaseCommand], DocumentDecision]:
        """Which decision answers which command on a document."""
        return _joined(topic.on_documents for topic in self.topics)

    @cached_property
    def on_payments(self) -> Mapping[type[CaseCommand], PaymentDecision]:
        """Which decision answers which command on a transaction of the gateway."""
        return _joined(topic.on_payments for topic in self.topics)

    @cached_property
    def on_papers(self) -> Mapping[type[CaseCommand], PaperDecision]:
        """Which decision answers which command on a paper."""
        return _joined(topic.on_papers for topic in self.topics)

    @cached_property
    def actions(self) -> Mapping[str, Holds]:
        """What can be done on a case, by name, and when."""
        return _joined(topic.actions for topic in self.topics)

    @cached_property
    def offers(self) -> Mapping[str, Offer]:
        """To whom an action is offered, where the state of the case alone does not say it."""
        return _joined(topic.offers for topic in self.topics)

    @cached_property
    def document_actions(self) -> Mapping[str, DocumentHolds]:
        """What can be done with a document of a case, by name, and when."""
        return _joined(topic.document_actions for topic in self.topics)

    @cached_property
    def effects(self) -> Mapping[str, Effect]:
        """What a machine does when the time of a step is over; the rest is recorded as late."""
        return _joined(topic.effects for topic in self.topics)

    @cached_property
    def steps(self) -> frozenset[str]:
        """The kinds of owed steps that the service looks after."""
        return frozenset(self.effects).union(*(topic.late for topic in self.topics))

    @cached_property
    def reactions(self) -> tuple[Reaction, ...]:
        """What follows from events. The names are on disk, in command ids."""
        return tuple(reaction for topic in self.topics for reaction in topic.reactions)

    @cached_property
    def sealed(self) -> Mapping[type[CaseCommand], tuple[str, str]]:
        """The event and the field that seal a command's free text."""
        return _joined(topic.sealed for topic in self.topics)

    def add_routes(self, blueprint: Any, desk: Any) -> None:
        """Add the routes of all topics on cases, in the order of the topics."""
        for topic in self.topics:
            if topic.routes is not None:
                topic.routes(blueprint, desk)

    def add_document_routes(self, blueprint: Any, desk: Any) -> None:
        """Add the routes of all topics on documents."""
        for topic in self.topics:
            if topic.document_routes is not None:
                topic.document_routes(blueprint, desk)

    def possible(self, case: Case) -> tuple[str, ...]:
        """What can be done now: named in refusals, and in the answer to a query."""
        return tuple(name for name, holds in self.actions.items() if holds(case))

    def offerable(self, case: Case, asking: Asking) -> tuple[str, ...]:
        """What somebody can do now as far as the domain says it; their duties are not asked."""
        possible = self.possible(case)
        return tuple(
            name
            for name in dict.fromkeys((*self.actions, *self.offers))
            if (name in possible or name not in self.actions)
            and (name not in self.offers or self.offers[name](case, asking))
        )

    def decide(
        self, case: Case, command: CaseCommand, rules: Rules, now: datetime
    ) -> Sequence[Fact]:
        """What a command does to a case: facts to record, none when there is nothing to do.

        Raises:
            Refused: the rules say no; an `Instead` names what is possible now.
        """
        try:
            facts = self.decisions[type(command)](case, command, rules, now)
        except Instead as refusal:
            possible = tuple(name for name in self.possible(case) if name not in refusal.without)
            refusal.actions = refusal.actions or possible
            raise
        if self.recomputed is None:
            return facts
        return begun(case, facts, rules, now, self.recomputed)

    def decide_on_document(
        self, document: IssuedDocument, command: CaseCommand, rules: Rules, now: datetime
    ) -> Sequence[Fact]:
        """What a command does to a document: facts to record, none when there is nothing to do.

        Raises:
            Refused: the rules say no.
        """
        return self.on_documents[type(command)](document, command, rules, now)

    def decide_on_payment(
        self, transaction: Transaction, command: CaseCommand, rules: Rules, now: datetime
    ) -> Sequence[Fact]:
        """What a command does to a transaction: facts to record, none when nothing is to do."""
        return self.on_payments[type(command)](transaction, command, rules, now)

    def decide_on_paper(
        self, paper: SignedPaper, command: CaseCommand, rules: Rules, now: datetime
    ) -> Sequence[Fact]:
        """What a command does to a paper: facts to record, none when there is nothing to do."""
        return self.on_papers[type(command)](paper, command, rules, now)

    def decided(
        self, loaded: Loaded, command: CaseCommand, rules: Rules, now: datetime
    ) -> Sequence[Draft]:
        """The decision on a loaded stream, by its category, as drafts for the log."""
        if loaded.stream.startswith(PAYMENT):
            transaction = transaction_of(loaded)
            return drafts(self.decide_on_payment(transaction, command, rules, now))
        if loaded.stream.startswith(PAPER):
            return drafts(self.decide_on_paper(signed_paper(loaded), command, rules, now))
        if loaded.stream.startswith(DOCUMENT):
            return drafts(self.decide_on_document(issued_document(loaded), command, rules, now))
        return drafts(self.decide(case_of(loaded), command, rules, now))

    def deciding(
        self, rules: RulesSource
    ) -> Callable[[Loaded, CaseCommand, datetime], Sequence[Draft]]:
        """The decisions as a worker wants them: under the rules as they are at that moment."""

        def decide(loaded: Loaded, command: CaseCommand, now: datetime) -> Sequence[Draft]:
            return self.decided(loaded, command, rules.present, now)

        return decide

    def _fire(self, case: Case, cmd: FireTimer, rules: Rules, now: datetime) -> Sequence[Fact]:
        """The time of one of the service's steps is over."""
        return fire(
            case,
            service=self.service,
            step=cmd.step,
            version=cmd.version,
            rules=rules,
            now=now,
            effects=self.effects,
            overdue=self.overdue,
        )


def must_exist(case: Case) -> None:
    """NotFound for a case that was never submitted."""
    if not case.exists:
        raise NotFound("There is no such case.")


def must_allow(case: Case, holds: Holds, detail: str) -> None:
    """NotFound where there is no case; NotPossibleNow where the action is not possible."""
    must_exist(case)
    if not holds(case):
        raise NotPossibleNow(detail)


def must_not_be_own(case: Case, own_subject: str) -> None:
    """OwnApplication, where the officer and the applicant are one person."""
    if own_subject and own_subject == case.subject:
        raise OwnApplication("Nobody handles their own application.")


def _joined(tables: Iterable[Mapping[K, V]]) -> Mapping[K, V]:
    """The tables as one; a key that stands twice is a fault of our own code (ValueError)."""
    joined: dict[K, V] = {}
    for table in tables:
        if twice := joined.keys() & table.keys():
            raise ValueError(f"two topics claim {sorted(map(str, twice))}")
        joined |= table
    return MappingProxyType(joined)
