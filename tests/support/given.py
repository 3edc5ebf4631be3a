"""given(facts).when(command).then(facts): how a rule of the domain is told in a test."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from shared.case import Case, Fact, Recorded, Rules, data_of, evolve
from shared.case.facts.parts import Criterion, DueDate, Finding, Material, Missing, Pin
from shared.case.intake.acceptance import CaseAccepted
from shared.case.intake.fee import FeeAssessed, PaymentRecorded
from shared.case.intake.submission import CaseSubmitted
from shared.case.intake.supplement import SupplementRequested
from shared.case.issuance.production import ProductionOrdered
from shared.case.review.assignment import CaseAssigned, ReviewOpened
from shared.case.review.verdict import DecisionProposed
from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.clock import packaged_calendars
from shared.http.faults import as_problem

# A Friday at noon in Shanghai; the autumn holiday lies in the fifteen working days after it.
START = datetime(2026, 9, 25, 4, 0, tzinfo=UTC)
ITEM = "000-01"
SUBJECT = "5ab1ec7"
Decide = Callable[[Case, Any, Rules, datetime], list[Fact]]


@cache
def rules() -> Rules:
    """The packaged catalogue and calendars, read once for all tests."""
    return Rules(packaged_catalogue(), packaged_calendars())


def rules_with(**text: Any) -> Rules:
    """The same rules with some fields of 000-01 changed, as another edition of the catalogue."""
    import msgspec  # noqa: PLC0415 (only this helper changes an item)

    item = rules().catalogue.item(ITEM)
    changed = Item(msgspec.structs.replace(item.text, **text), hash=item.hash)
    catalogue = Catalogue([changed], version="changed")
    return msgspec.structs.replace(rules(), catalogue=catalogue)


def history(*facts: Fact, start: datetime = START) -> Case:
    """The case that these facts tell, a minute apart."""
    case = Case(id="c1")
    for n, fact in enumerate(facts):
        case = evolve(case, Recorded(fact, version=n + 1, at=start + timedelta(minutes=n)))
    return case


class Given:
    """A case, waiting for a command."""

    def __init__(self, case: Case, used: Rules) -> None:
        self.case = case
        self.rules = used

    def when(self, decide: Decide, command: object, *, at: datetime | None = None) -> "Then":
        """Decide on the command, an hour after the start unless a time is given."""
        now = at or START + timedelta(hours=1)
        try:
            facts: Sequence[Fact] = decide(self.case, command, self.rules, now)
        except Exception as error:  # noqa: BLE001 (a test looks at whatever came)
            return Then(None, error)
        return Then(facts, None)


class Then:
    """What came of it."""

    def __init__(self, facts: Sequence[Fact] | None, error: Exception | None) -> None:
        self._facts = facts
        self._error = error

    @property
    def facts(self) -> list[Fact]:
        """What was decided; raises what stopped it."""
        if self._error is not None:
            raise self._error
        return list(self._facts or ())

    @property
    def fact(self) -> Any:
        """The one fact that was decided."""
        (fact,) = self.facts
        return fact

    def then(self, *expected: Fact) -> None:
        """Exactly these facts, compared as they are stored."""
        assert [(f.TYPE, data_of(f)) for f in self.facts] == [
            (f.TYPE, data_of(f)) for f in expected
        ]

    def then_types(self, *types: type[Fact]) -> None:
        """Facts of exactly these types."""
        assert [type(f) for f in self.facts] == list(types)

    def nothing(self) -> None:
        """Nothing to do."""
        assert self.facts == []

    def refused(self, refusal: type[Exception], *, actions: Sequence[str] | None = None) -> None:
        """Refused with this type, in Chinese too, and naming these possible actions."""
        assert type(self._error) is refusal, self._error or self._facts
        told = as_problem(self._error).document()
        assert "detail" not in told or told.get("detail_zh"), told
        if actions is not None:
            assert set(self._error.actions) == set(actions)  # type: ignore[attr-defined]


def given(*facts: Fact, using: Rules | None = None, start: datetime = START) -> Given:
    """A case with this history."""
    return Given(history(*facts, start=start), using or rules())


def pin() -> Pin:
    """The pin of the packaged catalogue."""
    return rules().pin_of(rules().catalogue.item(ITEM))


def register(blob: str = "b1") -> Material:
    """The one material of 000-01."""
    return Material(
        code="household-register", blob=blob, sha256="00" * 32, media_type="image/png", size=10
    )


def submitted(*, complete: bool = True, **changes: Any) -> CaseSubmitted:
    """An application for 000-01 by post."""
    values: dict[str, Any] = {
        "item": ITEM,
        "pin": pin(),
        "department": "public-security",
        "subject": SUBJECT,
        "portal": "portal-1",
        "channel": "online",
        "delivery": "post",
        "contact": ("email", "phone"),
        "materials": (register(),) if complete else (),
        "sealed": ("delivery_address", "email", "id_number", "name", "phone"),
    }
    return CaseSubmitted(**{**values, **changes})


def assessed(amount_fen: int = 4000) -> FeeAssessed:
    """The fee of 40 yuan."""
    return FeeAssessed(
        amount_fen=amount_fen,
        basis="basis",
        pay_by=START + timedelta(days=15) if amount_fen else None,
        refund_on=("not-accepted", "refused", "withdrawn"),
    )


def paid(transaction: str = "t1", **changes: Any) -> PaymentRecorded:
    """The fee, paid."""
    values = {"amount_fen": 4000, "method": "alipay", "accounted": "fee", **changes}
    return PaymentRecorded(transaction=transaction, **values)


def a_due_date(limit: str = "promised", *, drives: bool = True, day: int = 22) -> DueDate:
    """A due date in October 2026."""
    due_at = datetime(2026, 10, day, 15, 59, 59, tzinfo=UTC)
    return DueDate(
        limit=limit,
        due=date(2026, 10, day),
        due_at=due_at,
        warn_at=due_at - timedelta(days=3),
        calendar_version=rules().calendars.of("xinjiang").version,
        provisional=False,
        incomplete=(),
        drives=drives,
        rank="promise",
    )


def asked() -> SupplementRequested:
    """The one request for what is missing."""
    return SupplementRequested(
        missing=(Missing(code="household-register", name="居民户口簿"),),
        due=a_due_date("applicant", drives=False),
        due_at=datetime(2026, 10, 22, 15, 59, 59, tzinfo=UTC),
        basis="basis",
    )


def accepted() -> CaseAccepted:
    """Accepted, with a promised and a statutory due date."""
    return CaseAccepted(
        pin=pin(),
        automatic=True,
        due=(a_due_date(), a_due_date("statutory", drives=False, day=30)),
    )


CRITERIA = ("lost-fingerprinted-card", "household-unchanged")


def opened() -> ReviewOpened:
    """Under review, with the criteria of 000-01."""
    criteria = tuple(Criterion(code=code, text=f"text of {code}") for code in CRITERIA)
    return ReviewOpened(department="public-security", criteria=criteria)


def assigned(officer: str = "staff-1") -> CaseAssigned:
    """An officer has it."""
    return CaseAssigned(officer=officer)


def findings(*met: bool) -> tuple[Finding, ...]:
    """Findings on the criteria of 000-01, in their order."""
    return tuple(
        Finding(criterion=code, met=m)
        for code, m in zip(CRITERIA, met or (True, True), strict=True)
    )


def proposed(*met: bool, officer: str = "staff-1") -> DecisionProposed:
    """A proposal that follows from the findings."""
    found = findings(*met)
    proposal = "approve" if all(f.met for f in found) else "refuse"
    return DecisionProposed(officer=officer, proposal=proposal, findings=found)


def ordered(document: str = "d1") -> ProductionOrdered:
    """The card is to be made."""
    return ProductionOrdered(
        document=document,
        grant=1,
        issue=1,
        result="identity-card",
        scheme="identity-card",
        number=1,
        delivery="post",
    )


def under_review() -> tuple[Fact, ...]:
    """Everything up to the assigned officer."""
    return (submitted(), assessed(), paid(), accepted(), opened(), assigned())
