"""Taking an application in, complete or not; and beginning a case that nobody applied for.

R-036, R-040, R-132; R-028, R-029 for what an authority, another department's data or an outside
system begins.
"""

from datetime import datetime

from services.intake.answers import outcomes
from services.intake.checking import begun_faults, choices_of, faults
from services.intake.commands import SubmitCase
from services.intake.faults import Fault
from services.intake.refusals import (
    SINGLE,
    ApplicationFaulty,
    ItemNotOffered,
    NotPossibleNow,
    possible,
)
from shared.case import Case, Fact, Rules
from shared.case.facts.parts import Checked
from shared.case.intake.fee import FeeAssessed
from shared.case.intake.submission import CaseSubmitted
from shared.catalogue import Item, UnknownItem
from shared.catalogue.rules.charges import charge


def submit(case: Case, cmd: SubmitCase, rules: Rules, now: datetime) -> list[Fact]:
    """Take an application in, complete or not, and assess its fee. R-036, R-040, R-132."""
    if case.exists:
        raise NotPossibleNow("The case is submitted already.", actions=possible(case))
    item = _offered(cmd, rules)
    _must_be_begun_by(item, cmd)
    _must_be_faultless(
        faults(item, cmd, rules, now)
        if cmd.initiated_by == "applicant"
        else begun_faults(item, cmd)
    )
    choices = choices_of(cmd)
    return [
        CaseSubmitted(
            item=item.id,
            pin=rules.pin_of(item),
            department=item.text.department,
            subject=cmd.subject,
            portal=cmd.portal,
            channel=cmd.channel,
            delivery=cmd.delivery,
            contact=cmd.contact,
            materials=cmd.materials,
            sealed=tuple(sorted(cmd.sealed)),
            variant=cmd.variant,
            situations=tuple(sorted(cmd.situations)),
            options=tuple(sorted(cmd.options)),
            counts=dict(sorted(cmd.counts.items())),
            checks=tuple(
                Checked(check=code, passed=passed)
                for code, passed in outcomes(item, choices, cmd.facts, now)
            ),
            representation=cmd.representation,
            initiated_by=cmd.initiated_by,
            reference=cmd.reference,
            stages=rules.stages(item, choices, cmd.delivery),
            office=cmd.office,
        ),
        _assess(item, cmd, rules, now),
    ]


def _offered(cmd: SubmitCase, rules: Rules) -> Item:
    try:
        item = rules.catalogue.item(cmd.item)
    except UnknownItem:
        raise ItemNotOffered(f"There is no item {cmd.item}.") from None
    if not item.text.offered:
        raise ItemNotOffered(item.text.not_offered_because or "This item is not offered.")
    return item


def _must_be_begun_by(item: Item, cmd: SubmitCase) -> None:
    """An item is begun by the one it names: nobody applies for what an authority does by itself."""
    if item.text.initiated_by != cmd.initiated_by:
        raise ItemNotOffered(
            f"This item is begun by: {item.text.initiated_by}.",
            initiated_by=item.text.initiated_by,
        )


def _must_be_faultless(wrong: tuple[Fault, ...]) -> None:
    """Everything that is wrong is said in one answer."""
    if len(wrong) == 1:
        only = wrong[0]
        raise SINGLE.get(only.code, ApplicationFaulty)(only.said.en, faults=_told(wrong))
    if wrong:
        sentence = f"{len(wrong)} things are wrong with this application."
        raise ApplicationFaulty(sentence, faults=_told(wrong))


def _told(wrong: tuple[Fault, ...]) -> list[dict[str, object]]:
    return [one.told for one in wrong]


def _assess(item: Item, cmd: SubmitCase, rules: Rules, now: datetime) -> FeeAssessed:
    """Nothing is charged that is not prescribed: an unknown fee is no fee (R-132)."""
    fee = item.text.fee
    told = charge(item.text, choices_of(cmd), options=cmd.options, counts=cmd.counts)
    if cmd.initiated_by != "applicant" or not told.amount_fen:
        return FeeAssessed(amount_fen=0, basis=fee.basis, pay_by=None)
    due = rules.applicant_has(item, n=fee.pay_within_days, unit="calendar_days", start=now)
    return FeeAssessed(
        amount_fen=told.amount_fen,
        basis=fee.basis,
        pay_by=due.due_at,
        refund_on=fee.refund_on,
        lines=() if fee.amount_fen else tuple(one.line.code for one in told.lines),
    )
