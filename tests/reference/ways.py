"""The cases of the reference log: every offered item to its end, and each other way once or more.

A way is a function over a walk. Where an item does not know a way it is refused or raises, and the
next item is tried; what is made depends on the code and the catalogue alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from msgspec.structs import replace
from services.issuance.decisions import decide as at_issuance

from services.issuance import commands as issuance
from services.issuance.numbers import Owner
from services.notify.telling import notices_of
from shared.case import (
    Rules,
    document_stream,
    owed_notices,
)
from shared.case.facts.parts import Missing, Valid
from shared.case.intake.upkeep import IntakeFactCorrected
from shared.case.issuance.upkeep import IssuanceFactCorrected
from shared.case.notify.upkeep import NotifyStepOverdue
from shared.case.review.upkeep import ReviewFactCorrected
from shared.case.vault import subject as vault
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.item import Modifier
from shared.clock import Calendars, DaysOff, local_day
from shared.clock.calendar.packaged import PACKAGED_LAYERS, Announced
from shared.eventlog import Actor
from shared.eventlog.errors import Refused
from tests.reference.memory import Logs
from tests.reference.walked import FORMER, START, SYSTEM, Kept
from tests.support.commands import at_intake, at_review, intake, review
from tests.support.walking import BASIS, MOST_STEPS, OFFICER

Way = Callable[[Kept], None]


def _needs(found: object, what: str) -> None:
    """End a way that the item does not know."""
    if not found:
        raise AssertionError(what)


# ---- the ways


def granted(walk: Kept) -> None:
    """Everything as it should be."""
    walk.submit()
    walk.to_the_end()


def refused(walk: Kept) -> None:
    """Refused, what was paid goes back."""
    walk.refuse = True
    granted(walk)


def supplemented(walk: Kept) -> None:
    """Something was missing, is asked for and comes."""
    walk.submit(materials=())
    walk.until("supplement")
    _needs(walk.case.supplement, "nothing is asked for")
    walk.to_the_end()


def supplement_incomplete(walk: Kept) -> None:
    """What comes is not enough: not accepted."""
    walk.submit(materials=())
    walk.until("supplement")
    _needs(walk.case.supplement, "nothing is asked for")
    walk.do(at_intake, intake.ProvideSupplement(materials=()))
    walk.to_the_end()
    _needs(walk.case.not_accepted, "accepted all the same")


def supplement_lapsed(walk: Kept) -> None:
    """Nothing comes in time."""
    walk.submit(materials=())
    walk.until("supplement")
    _needs(walk.case.supplement, "nothing is asked for")
    walk.fire("supplement")
    walk.to_the_end()


def unpaid(walk: Kept) -> None:
    """The fee is never paid."""
    walk.submit()
    walk.until("payment")
    _needs(walk.next(), "nothing is to be paid")
    failed = intake.RecordPaymentFailure(transaction="t0", method="alipay", code="declined")
    walk.do(at_intake, failed)
    walk.fire("payment")
    walk.to_the_end()


def overpaid(walk: Kept) -> None:
    """Paid twice: the second goes back."""
    walk.submit()
    walk.until("payment")
    _needs(walk.next(), "nothing is to be paid")
    walk.act(walk.next())  # type: ignore[arg-type] - there is one
    fen = walk.case.payments[0].amount_fen
    again = intake.RecordPayment(transaction="t2", amount_fen=fen, method="wechat")
    walk.do(at_intake, again)
    walk.to_the_end()


def withdrawn(*, before: str) -> Way:
    """Withdrawn before a step of this kind is done."""

    def way(walk: Kept) -> None:
        walk.submit()
        if before:
            walk.until(before)
        _needs(walk.next(), f"never owes {before}")
        walk.do(at_intake, intake.WithdrawCase())
        walk.to_the_end()

    return way


def changed(walk: Kept) -> None:
    """More material, another address, and facts put right."""
    walk.submit()
    given = walk.case.materials
    _needs(given, "asks for no material")
    more = replace(given[0], blob="b-more")
    walk.do(at_intake, intake.AttachMaterial(material=more))
    walk.do(at_intake, intake.ChangeContact(sealed=("email",)))
    fixed = {"corrects": 1, "field": "portal", "value": "portal-2", "why": "typed wrongly"}
    walk.add(IntakeFactCorrected(type="intake.CaseSubmitted", **fixed))  # type: ignore[arg-type]
    walk.until("assignment")
    walk.add(ReviewFactCorrected(type="intake.CaseSubmitted", **fixed))  # type: ignore[arg-type]
    walk.to_the_end()
    walk.add(IssuanceFactCorrected(type="intake.CaseSubmitted", **fixed))  # type: ignore[arg-type]


def asked_by_officer(walk: Kept) -> None:
    """The officer asks for something in legal form; it comes."""
    walk.submit()
    walk.until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    missing = (Missing(code="plan", name="平面图"),)
    walk.do(at_intake, intake.RequestSupplement(missing=missing, **OFFICER))
    walk.to_the_end()


def rejected(walk: Kept) -> None:
    """The officer does not accept it."""
    walk.submit()
    walk.until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    wish = intake.RejectApplication(grounds=("out-of-scope",), legal_basis=BASIS, **OFFICER)
    walk.do(at_intake, wish)
    walk.to_the_end()


def deemed(walk: Kept) -> None:
    """Nobody says anything: it counts as accepted."""
    walk.submit()
    walk.until("deemed-acceptance")
    if walk.next() is None or walk.case.awaiting is None:
        walk.until("acceptance")
        walk.do(at_intake, intake.SettleCase())
    _needs(walk.fire("deemed"), "silence accepts nothing")
    walk.to_the_end()


def late(walk: Kept) -> None:
    """Every step is late once, and every limit passes where time brings it."""
    walk.submit()
    for _ in range(MOST_STEPS):
        if not walk.fire():
            break
        step = walk.next()
        if step is None:
            break
        walk.act(step)
    walk.to_the_end()


def missed(walk: Kept) -> None:
    """Under review until every limit has come near and passed."""
    walk.submit()
    walk.until("assignment")
    _needs(walk.case.due, "has no limits")
    for _ in range(12):
        if not (walk.fire("approaching") or walk.fire("limit")):
            break
    _needs(walk.case.missed, "nothing was missed")
    walk.to_the_end()


def extended(walk: Kept) -> None:
    """A limit is lengthened."""
    walk.submit()
    walk.until("assignment")
    wish = review.ExtendLimit(
        limit=_limit(walk, "extension"), approved_by="head-1", reason="complex", **OFFICER
    )
    walk.do(at_review, wish)
    walk.to_the_end()


def restarted(walk: Kept) -> None:
    """A period begins anew."""
    walk.submit()
    walk.until("assignment")
    rules = walk.rules.limits_of(walk.case)
    name = next((n for n, rule in rules.items() if rule.restartable), "")
    _needs(name, "no limit begins anew")
    walk.do(at_review, review.RestartLimit(limit=name, rule="《测试规定》第二条", **OFFICER))
    walk.to_the_end()


def _limit(walk: Kept, what: str) -> str:
    rules = walk.rules.limits_of(walk.case)
    running = {one.limit for one in walk.case.due}
    name = next((n for n, rule in rules.items() if n in running and getattr(rule, what)), "")
    _needs(name, f"no limit has {what}")
    return name


def recalendared(*, before: str, near: bool = False) -> Way:
    """A notice is loaded while a step of this kind is waited for: dates move.

    `near`: a limit has come near before.
    """

    def way(walk: Kept) -> None:
        missing = {"materials": ()} if before == "supplement" else {}
        walk.submit(**missing)
        walk.until("acceptance" if before == "officer" else before)
        if before == "officer":
            walk.do(at_intake, intake.SettleCase())
        _needs(walk.next(), "nothing is waited for")
        _needs(not near or walk.fire("approaching"), "no limit comes near")
        walk.rules = replace(walk.rules, calendars=_noticed(walk))
        if before == "assignment":
            found = walk.do(at_review, review.RecomputeLimits())
        else:
            found = walk.do(at_intake, intake.RecomputeDeadlines())
        _needs(found, "no date moves")
        walk.to_the_end()

    return way


def _noticed(walk: Kept) -> Calendars:
    """The calendars with a notice: two weeks from now on nobody works."""
    days = {local_day(walk.now) + timedelta(days=n): "放假" for n in range(1, 15)}
    days = {day: why for day, why in days.items() if day.year == walk.now.year}
    calendars = walk.rules.calendars
    for layer in PACKAGED_LAYERS:
        calendars = calendars.with_notice(layer, DaysOff(year=walk.now.year, off=days))
    return calendars


def rectified(walk: Kept) -> None:
    """A step is failed, put right and passed."""
    walk.submit()
    walk.until("step")
    step = walk.next()
    _needs(step, "has no step")
    code = step.step.partition(":")[2] if step else ""
    stage = next(one for one in walk.case.stages if one.code == code)
    _needs(stage.retry, "cannot be put right")
    walk.do(at_review, review.StartStep(step=code, **OFFICER))
    walk.now += timedelta(days=2)
    done = review.CompleteStep(step=code, outcome="rectify", legal_basis=BASIS, **OFFICER)
    walk.do(at_review, done)
    walk.to_the_end()


def taken_over(walk: Kept) -> None:
    """Another officer takes the case, and proposes anew."""
    walk.submit()
    walk.until("decision")
    _needs(walk.next(), "nobody decides")
    walk.do(at_review, review.AssignCase(officer="staff-9", own_subject=""))
    walk.do(at_review, review.AssignCase(**OFFICER))
    walk.to_the_end()


def spoiled(walk: Kept) -> None:
    """The document fails twice, comes back once, and arrives."""
    walk.submit()
    walk.until("production")
    _needs(walk.next(), "makes no document")
    walk.do(at_issuance, issuance.RecordProduction(failure="print-defect"))
    walk.do(at_issuance, issuance.RecordProduction())
    walk.do(at_issuance, issuance.RecordProduction(failure="chip-unreadable"))
    walk.until("handover")
    if walk.case.document is not None and walk.case.document.dispatched:
        walk.do(at_issuance, issuance.RecordReturn(code="nobody-there"))
    walk.to_the_end()


def returned(walk: Kept) -> None:
    """The carrier brings it back, twice; then it is registered, and collected."""
    _needs(walk.item.text.initiated_by == "applicant", "nobody chooses how it is delivered")
    walk.submit(delivery="post")
    for code in ("nobody-there", "address-unknown"):
        walk.until("handover")
        _needs(walk.case.document and walk.case.document.dispatched, "is not sent")
        walk.do(at_issuance, issuance.RecordReturn(code=code))  # type: ignore[arg-type]
    kept = issuance.RegisterUnclaimed(office="office-1", officer="staff-3")
    walk.do(at_issuance, kept)
    walk.until("handover")
    walk.do(at_issuance, issuance.RecordHandover(to="applicant"))
    walk.to_the_end()


def accepted_late(walk: Kept) -> None:
    """The officer does not accept in time, and it says so."""
    walk.submit()
    walk.until("acceptance")
    walk.do(at_intake, intake.SettleCase())
    _needs(walk.case.awaiting, "a machine accepts it")
    walk.fire("acceptance")
    _needs(walk.case.reminded, "is not late")
    walk.to_the_end()


def refunded_late(walk: Kept) -> None:
    """The gateway is slow to give the money back."""
    walk.submit()
    walk.until("assignment")
    _needs(walk.case.payments, "nothing is to be paid")
    walk.do(at_intake, intake.WithdrawCase())
    walk.do(at_intake, intake.OrderRefunds())
    for _ in range(2):
        walk.fire("refund")
    walk.to_the_end()


def unclaimed(walk: Kept) -> None:
    """Nobody collects it for a while."""
    _unclaimed(walk)
    walk.fire("handover")
    walk.do(at_issuance, issuance.RecordHandover(to="representative"))
    walk.to_the_end()


def destroyed(walk: Kept) -> None:
    """Nobody ever collects it."""
    walk.dated = True
    walk.valid = Valid(since=date(2026, 11, 1), until=date(2028, 10, 31), basis="printed")
    _unclaimed(walk)
    walk.until("destruction")
    _needs(walk.next(), "is kept")
    walk.fire("destruction")
    walk.to_the_end()


def kept_for_ever(walk: Kept) -> None:
    """It lies there, and the case stays open."""
    walk.dated = True
    walk.valid = Valid(since=date(2026, 11, 1), until=None, basis="printed")
    _unclaimed(walk)


def _unclaimed(walk: Kept) -> None:
    _needs(walk.item.text.initiated_by == "applicant", "nobody chooses how it is delivered")
    walk.submit(delivery="pickup")
    walk.until("handover")
    _needs(walk.case.document, "makes no document")
    walk.now += timedelta(days=40)
    wish = issuance.RegisterUnclaimed(office="office-1", officer="staff-3")
    walk.do(at_issuance, wish)


def unpayable(walk: Kept) -> None:
    """The money does not arrive the first time."""
    walk.submit()
    walk.until("payout")
    _needs(walk.next(), "pays nothing")
    walk.now = max(walk.now, walk.case.payout.due_at - timedelta(hours=8))  # type: ignore[union-attr]
    walk.do(at_issuance, issuance.RecordPayout(officer="s", failure="account-closed"))
    walk.to_the_end()


def lasting(walk: Kept) -> None:
    """A document that may be renewed, and expires."""
    granted(walk)
    _needs(walk.papers(), "has no number")
    walk.on_document()
    _needs(any(len(walk._events(one)) > 1 for one in walk.papers()), "lasts")


def voided(walk: Kept) -> None:
    """A number that no document carries."""
    walk.submit()
    walk.until("production-order")
    _needs(walk.next(), "makes no document")
    owner = Owner(walk.case.id, 9)
    name = document_stream(hashlib.sha256(owner.key.encode()).hexdigest()[:32])
    walk.logs.numbers.reserve(owner, scheme="void", document=name.partition("/")[2], now=walk.now)
    walk.numbering.void(
        owner, reason="test-print", actor=SYSTEM["issuance"], authority="public-security"
    )
    walk.to_the_end()


def moved(kind: str, *, before: str, near: bool = False) -> Way:
    """Moved to the present edition of its item before a step of this kind is done.

    `kind` says what the former edition was; `near`: a limit has come near before.
    """

    def way(walk: Kept) -> None:
        present, former = both_editions(walk.rules, walk.item, kind)
        walk.rules, walk.item = former, former.catalogue.item(walk.item.id)
        walk.submit()
        walk.until(before)
        _needs(walk.next(), f"never owes {before}")
        _needs(not near or walk.fire("approaching"), "no limit comes near")
        walk.rules = present
        walk.item = present.catalogue.item(walk.item.id)
        pin = present.pin_of(walk.item)
        found = walk.do(at_intake, intake.MigrateCase(pin=pin, reason="new edition"))
        _needs(found, "stays")
        fact = found[0]
        _needs(kind != "more-stages" or fact.stages, "keeps its procedure")  # type: ignore[attr-defined]
        walk.to_the_end()

    return way


def former_of(item: Item, kind: str) -> Item:
    """An edition of an item before the present one, by what was other in it."""
    text = replace(item.text, name=f"{item.text.name}（旧版）")
    if kind == "longer":
        limits = tuple(
            replace(one, n=one.n + 3) if one.n is not None and one.kind == "period" else one
            for one in text.limits
        )
        text = replace(text, limits=limits)
    elif kind == "fewer":
        text = replace(text, limits=text.limits[:1])
    else:
        text = replace(text, modifiers=(*text.modifiers, Modifier(kind="hearing")))
    return Item(text, hashlib.sha256(f"{kind} {item.hash}".encode()).hexdigest())


def both_editions(rules: Rules, item: Item, kind: str) -> tuple[Rules, Rules]:
    """The rules as they are, knowing the former edition of an item, and as they were under it."""
    catalogue, was = rules.catalogue, former_of(item, kind)
    others = [one for one in catalogue.items() if one.id != item.id]
    present = Catalogue([*others, item], version=catalogue.version, former=[was])
    former = Catalogue([*others, was], version=FORMER, former=[item])
    return replace(rules, catalogue=present), replace(rules, catalogue=former)


def erased(walk: Kept) -> None:
    """The person asked for it: the key is gone, the case stays."""
    granted(walk)
    walk.now += timedelta(days=30)
    walk.subject_fact(vault.ErasureOrdered(reason="request"))
    walk.subject_fact(vault.SubjectErased(late_keys=0))


def left(*, before: str) -> Way:
    """Left open: somebody still owes a step of this kind."""

    def way(walk: Kept) -> None:
        walk.submit()
        walk.until(before)
        _needs(walk.next(), f"never owes {before}")

    return way


def reminded(walk: Kept) -> None:
    """A message that is late, and says so."""
    walk.submit()
    walk.until("assignment")
    stream = f"notice/{walk.case.id}"
    state = notices_of(walk.logs.of["notify"].load(stream))
    waiting = owed_notices(state)
    _needs(waiting, "waits for no message")
    for one in waiting:
        fact = NotifyStepOverdue(step=one.step, due_at=one.due_at, since=one.since)
        walk.logs.append(stream, [fact], one.due_at, actor=Actor(kind="system", ref="notify"))


# Each way with how many items it is to be walked on. Ways of `moved` begin with `moved-<kind>-`.
WAYS: Mapping[str, tuple[Way, int]] = {
    "refused": (refused, 45),
    "supplemented": (supplemented, 45),
    "supplement-incomplete": (supplement_incomplete, 10),
    "supplement-lapsed": (supplement_lapsed, 8),
    "unpaid": (unpaid, 5),
    "overpaid": (overpaid, 4),
    "withdrawn-at-once": (withdrawn(before=""), 6),
    "withdrawn-unpaid": (withdrawn(before="payment"), 4),
    "withdrawn-in-review": (withdrawn(before="assignment"), 6),
    "withdrawn-proposed": (withdrawn(before="decision"), 6),
    "withdrawn-in-steps": (withdrawn(before="step"), 4),
    "changed": (changed, 6),
    "asked-by-officer": (asked_by_officer, 6),
    "rejected": (rejected, 6),
    "deemed": (deemed, 4),
    "late": (late, 12),
    "missed": (missed, 8),
    "extended": (extended, 2),
    "restarted": (restarted, 1),
    "recalendared": (recalendared(before="assignment"), 6),
    "recalendared-near": (recalendared(before="assignment", near=True), 4),
    "recalendared-unsupplemented": (recalendared(before="supplement"), 4),
    "recalendared-unpaid": (recalendared(before="payment"), 3),
    "recalendared-unaccepted": (recalendared(before="officer"), 5),
    "rectified": (rectified, 4),
    "taken-over": (taken_over, 4),
    "spoiled": (spoiled, 8),
    "returned": (returned, 5),
    "accepted-late": (accepted_late, 5),
    "refunded-late": (refunded_late, 3),
    "unclaimed": (unclaimed, 5),
    "destroyed": (destroyed, 4),
    "kept-for-ever": (kept_for_ever, 3),
    "unpayable": (unpayable, 4),
    "lasting": (lasting, 6),
    "voided": (voided, 3),
    "moved-longer-unaccepted": (moved("longer", before="payment"), 3),
    "moved-longer-in-review": (moved("longer", before="assignment"), 6),
    "moved-longer-near": (moved("longer", before="assignment", near=True), 4),
    "moved-fewer-in-review": (moved("fewer", before="assignment"), 6),
    "moved-more-stages": (moved("more-stages", before="acceptance"), 4),
    "erased": (erased, 6),
    "left-unpaid": (left(before="payment"), 2),
    "left-to-supplement": (left(before="step"), 3),
    "left-in-review": (left(before="assignment"), 4),
    "left-proposed": (left(before="decision"), 3),
    "left-in-production": (left(before="production"), 3),
    "reminded": (reminded, 4),
}


def rules_for(item: Item, rules: Rules) -> Rules:
    """The rules, with every outside event that a window of the item waits for announced."""
    needs = [name for rule in item.text.windows for name in getattr(rule, "needs", ())]
    announced = [Announced(code, START) for code in needs]
    return replace(rules, calendars=Calendars(rules.calendars.layers, announced))


def walk_all(logs: Logs, rules: Rules) -> Iterator[tuple[str, str, str]]:
    """Walk everything; which way, which item, which case."""
    offered = [item for item in rules.catalogue.items() if item.text.offered]
    plan = [("granted", granted, len(offered), 0)]
    plan += [(name, way, most, 7 * n) for n, (name, (way, most)) in enumerate(WAYS.items())]
    number = 0
    for name, way, most, first in plan:
        done = 0
        for item in (*offered[first:], *offered[:first]):
            if done == most:
                break
            number += 1
            post = number % 4 == 0 or name in ("reminded", "erased", "lasting", "destroyed")
            walk = Kept(number, item, rules_for(item, rules), logs, post=post)
            before = logs.mark()
            try:
                way(walk)
            except (AssertionError, Refused) as error:
                logs.back_to(before)
                if name == "granted":
                    raise AssertionError(f"{item.id}: {error}") from error
                continue
            done += 1
            yield name, item.id, walk.case.id
        assert done, f"no item knows the way {name}"
