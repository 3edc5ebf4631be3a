"""Given what happened, when issuance is told something, then this follows: each rule once."""

from datetime import timedelta

import pytest
from msgspec import structs

from services.issuance.closing import CloseCase
from services.issuance.handover import DispatchDocument, RecordHandover, RecordReturn
from services.issuance.numbers.giving import NumberDocument, NumberInUse, VoidNumber
from services.issuance.production import OrderLateProduction, OrderProduction, RecordProduction
from services.issuance.topics import ISSUANCE
from shared.case import Case, Fact, Rules, fold, fold_document, owed_of
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.handover import DeliveryReturned, DocumentDispatched, DocumentHandedOver
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.casework.topics import CaseCommand, FireTimer, NotPossibleNow
from shared.catalogue import packaged_catalogue
from shared.clock import packaged_calendars
from shared.eventlog.errors import NotFound
from tests.support import histories as h
from tests.support.commands import at_issuance

CASE = "c" * 32
APPROVED = [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(), *h.approved()]
ORDERED = [*APPROVED, *h.ordered()]
PRODUCED = [*ORDERED, *h.produced()]
DISPATCHED = [*PRODUCED, DocumentDispatched(document=h.DOCUMENT, carrier="EMS")]
DELIVERED = [*PRODUCED, *h.delivered()]
NUMBERED = h.numbered(CASE)[0]
LATER = h.T0 + timedelta(days=60)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(packaged_catalogue(), packaged_calendars())


def given(facts: list[Fact]) -> Case:
    return fold(h.events(facts), case_id=CASE)


def order() -> OrderProduction:
    assert isinstance(NUMBERED, DocumentNumbered)
    return OrderProduction(document=h.DOCUMENT, numbered=NUMBERED)


def names(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


THEN: list[tuple[str, list[Fact], CaseCommand, list[Fact]]] = [
    ("an approved case's document is ordered", APPROVED, order(), h.ordered()),
    ("it is ordered once", ORDERED, order(), []),
    ("nothing is ordered without an approval", APPROVED[:-1], order(), []),
    ("nothing is ordered after the end", [*DELIVERED, *h.closed("delivered")], order(), []),
    ("made", ORDERED, RecordProduction(), [DocumentProduced(document=h.DOCUMENT)]),
    ("made already", PRODUCED, RecordProduction(), []),
    (
        "it could not be made",
        ORDERED,
        RecordProduction(failure="data-rejected"),
        [ProductionFailed(document=h.DOCUMENT, code="data-rejected")],
    ),
    (
        "a fault is found on one that lies made (R-149)",
        PRODUCED,
        RecordProduction(failure="chip-unreadable"),
        [ProductionFailed(document=h.DOCUMENT, code="chip-unreadable")],
    ),
    (
        "a failed one is made again (R-135)",
        [*ORDERED, ProductionFailed(document=h.DOCUMENT, code="other")],
        RecordProduction(),
        [DocumentProduced(document=h.DOCUMENT)],
    ),
    (
        "dispatched",
        PRODUCED,
        DispatchDocument(carrier="EMS"),
        [DocumentDispatched(document=h.DOCUMENT, carrier="EMS")],
    ),
    (
        "a returned one is dispatched again",
        [*DISPATCHED, DeliveryReturned(document=h.DOCUMENT, code="nobody-there")],
        DispatchDocument(carrier="EMS"),
        [DocumentDispatched(document=h.DOCUMENT, carrier="EMS")],
    ),
    (
        "handed over",
        DISPATCHED,
        RecordHandover(to="applicant"),
        [DocumentHandedOver(document=h.DOCUMENT, to="applicant")],
    ),
    ("handed over already", DELIVERED, RecordHandover(to="applicant"), []),
    (
        "it came back",
        DISPATCHED,
        RecordReturn(code="address-unknown"),
        [DeliveryReturned(document=h.DOCUMENT, code="address-unknown")],
    ),
    ("the delivered case ends", DELIVERED, CloseCase(), [CaseClosed(outcome="delivered")]),
    ("it ends once", [*DELIVERED, *h.closed("delivered")], CloseCase(), []),
    ("a running case does not end", DISPATCHED, CloseCase(), []),
]


@pytest.mark.requirement("R-113", "R-135", "R-147", "R-149", "R-164")
@pytest.mark.parametrize(
    ("history", "command", "facts"), [row[1:] for row in THEN], ids=[row[0] for row in THEN]
)
def test_then(history: list[Fact], command: CaseCommand, facts: list[Fact], rules: Rules) -> None:
    assert at_issuance(given(history), command, rules, LATER) == facts


REFUSED: list[tuple[str, list[Fact], CaseCommand, tuple[str, ...]]] = [
    ("nothing is made before the order", APPROVED, RecordProduction(), ()),
    (
        "nothing is dispatched before it is made",
        ORDERED,
        DispatchDocument(carrier="E"),
        ("production",),
    ),
    ("nothing is dispatched twice", DISPATCHED, DispatchDocument(carrier="E"), ("handover",)),
    (
        "nothing is handed over before it is dispatched",
        PRODUCED,
        RecordHandover(to="applicant"),
        ("production", "dispatch"),
    ),
    (
        "nothing is made again on its way",
        DISPATCHED,
        RecordProduction(failure="other"),
        ("handover",),
    ),
    (
        "nothing comes back that did not go",
        PRODUCED,
        RecordReturn(code="nobody-there"),
        ("production", "dispatch"),
    ),
    ("nothing comes back that was handed over", DELIVERED, RecordReturn(code="nobody-there"), ()),
]


@pytest.mark.parametrize(
    ("history", "command", "actions"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused_with_what_is_possible_instead(
    history: list[Fact], command: CaseCommand, actions: tuple[str, ...], rules: Rules
) -> None:
    with pytest.raises(NotPossibleNow) as refusal:
        at_issuance(given(history), command, rules, LATER)
    assert refusal.value.actions == actions


def test_a_case_that_is_not_there_is_not_found(rules: Rules) -> None:
    with pytest.raises(NotFound):
        at_issuance(given([]), RecordProduction(), rules, LATER)


@pytest.mark.parametrize(
    ("end", "why", "outcome"),
    [
        ([*h.withdrawn()], "withdrawn", "withdrawn"),
        ([*h.not_accepted()], "not-accepted", "not-accepted"),
        ([*h.accepted(), *h.reviewed(met=False), *h.refused()], "refused", "refused"),
    ],
)
def test_a_case_without_a_document_ends_when_the_money_is_back(
    end: list[Fact], why: str, outcome: str, rules: Rules
) -> None:
    paid = [*h.submitted(), *h.paid(), *end]
    refund_ordered, refund_recorded = h.refunded(why)
    assert at_issuance(given(paid), CloseCase(), rules, LATER) == []
    assert at_issuance(given([*paid, refund_ordered]), CloseCase(), rules, LATER) == []
    back = given([*paid, refund_ordered, refund_recorded])
    assert names(at_issuance(back, CloseCase(), rules, LATER)) == ["CaseClosed"]
    unpaid = given([*h.submitted(), *end])
    assert [f.outcome for f in at_issuance(unpaid, CloseCase(), rules, LATER)] == [outcome]  # type: ignore[attr-defined]


def late(case: Case, step: str) -> FireTimer:
    return next(
        FireTimer(step=step, version=one.version)
        for one in owed_of(case, "issuance")
        if one.step == step
    )


def test_a_late_close_is_made_by_its_timer(rules: Rules) -> None:
    case = given(DELIVERED)
    assert names(at_issuance(case, late(case, "closing"), rules, LATER)) == ["CaseClosed"]


def test_a_late_order_is_made_by_its_timer_with_the_number_that_was_reserved(rules: Rules) -> None:
    case = given(APPROVED)
    fired = late(case, "production-order")
    with_order = OrderLateProduction(
        version=fired.version, document=h.DOCUMENT, numbered=order().numbered
    )
    assert at_issuance(case, with_order, rules, LATER) == h.ordered()


@pytest.mark.parametrize(
    ("history", "step"),
    [
        (APPROVED, "production-order"),
        (ORDERED, "production"),
        (PRODUCED, "dispatch"),
        (DISPATCHED, "handover"),
    ],
)
def test_what_only_a_person_can_do_is_recorded_as_late_and_stays_owed(
    history: list[Fact], step: str, rules: Rules
) -> None:
    case = given(history)
    facts = at_issuance(case, late(case, step), rules, LATER)
    assert names(facts) == [IssuanceStepOverdue.__name__]
    again = given([*history, *facts])
    assert step in {one.step for one in owed_of(again, "issuance")}


def test_a_timer_that_is_early_or_settled_does_nothing(rules: Rules) -> None:
    case = given(ORDERED)
    fired = late(case, "production")
    assert at_issuance(case, fired, rules, h.T0) == []
    assert at_issuance(given(PRODUCED), fired, rules, LATER) == []


VOIDED = NumberVoided(
    case=CASE, grant=1, issue=1, scheme="identity-card", number=7, reason="withdrawn"
)
VOID = VoidNumber(case=CASE, grant=1, issue=1, scheme="identity-card", number=7, reason="withdrawn")


def on_document(facts: list[Fact], command: CaseCommand, rules: Rules) -> list[Fact]:
    document = fold_document(h.DOCUMENT, h.events(facts))
    return list(ISSUANCE.decide_on_document(document, command, rules, LATER))


def number() -> NumberDocument:
    return NumberDocument(**structs.asdict(order().numbered))


def test_a_document_is_numbered_once_and_names_that_the_old_card_is_lost(rules: Rules) -> None:
    assert on_document([], number(), rules) == [NUMBERED]
    assert order().numbered.replaces == "lost"
    assert on_document([NUMBERED], number(), rules) == []


def test_a_voided_number_is_never_used_and_a_used_one_never_voided(rules: Rules) -> None:
    assert on_document([], VOID, rules) == [VOIDED]
    assert on_document([VOIDED], VOID, rules) == []
    assert on_document([VOIDED], number(), rules) == []
    with pytest.raises(NumberInUse):
        on_document([NUMBERED], VOID, rules)


def test_what_is_ordered_is_what_was_numbered(rules: Rules) -> None:
    (ordered,) = at_issuance(given(APPROVED), order(), rules, LATER)
    assert isinstance(ordered, ProductionOrdered)
    assert (ordered.document, ordered.number) == (h.DOCUMENT, 7)
