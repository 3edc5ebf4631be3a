"""What an officer is told of a stated number: found by how it is typed, told by whose it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.case import Case, IssuedDocument, Rules
from shared.case.facts.fact import Mark, Recorded
from shared.case.facts.parts import Party, Valid
from shared.case.intake.submission import CaseSubmitted
from shared.case.issuance.document import Standing
from shared.case.issuance.number import DocumentNumbered
from shared.casework.holdings import Numbered
from shared.casework.reading.prerequisites import Prerequisites, PrerequisiteSchema, serials
from shared.catalogue.definition.outcome import ResultRule
from tests.support.given import rules, submitted

ORIGIN, TRANSPORT = "003-040", "003-041"
SERIES, MATERIAL = "origin-quarantine-certificate", "origin-quarantine-certificate"
TODAY = date(2026, 11, 30)
THEN = Mark(1, datetime(2026, 3, 2, 4, tzinfo=UTC))


class Register:
    """The documents that there are, found as the collection of numbers finds them."""

    def __init__(self, *there: tuple[int, Numbered]) -> None:
        self.there = there

    def of_series(
        self,
        series: set[str],
        *,
        serials: set[int] = frozenset(),
        holder: str = "",  # type: ignore[assignment]
    ) -> list[Numbered]:
        assert series == {SERIES}
        if holder:
            return [one for _, one in self.there if one.case.subject == holder]
        return [one for number, one in self.there if number in serials]


def a_document(
    number: int, holder: str, standing: Standing = "valid", **more: Any
) -> tuple[int, Numbered]:
    until, made = more.get("until"), more.get("made", True)
    numbered = DocumentNumbered(
        case="c1",
        grant=1,
        issue=1,
        result=SERIES,
        scheme=SERIES,
        number=number,
        valid=Valid(since=date(2026, 3, 2), until=until, basis="printed") if until else None,
    )
    document = IssuedDocument(
        id=f"d{number}", numbered=numbered, numbered_at=THEN, standing=standing
    )
    before = Case(
        id="c1",
        written=frozenset({SERIES} if made else ()),
        submission=handed_in(holder, more.get("parties", ())),
    )
    return number, Numbered(document, before)


def handed_in(holder: str, parties: tuple[Party, ...] = (), **more: Any) -> Recorded[CaseSubmitted]:
    fact = replace(submitted(), subject=holder, parties=parties, **more)
    return Recorded(fact, THEN.version, THEN.at)


def organisation(ref: str) -> tuple[Party, ...]:
    return (Party(role="applicant", kind="enterprise", ref=ref, key_ref="organisation/1"),)


def case_of(used: Rules, parties: tuple[Party, ...] = ()) -> Case:
    pin = used.pin_of(used.catalogue.item(TRANSPORT))
    return Case(id="c2", submission=handed_in("me", parties, item=TRANSPORT, pin=pin))


def told(
    *there: tuple[int, Numbered], number: str | None = "17", documents: bool = True, **more: Any
) -> list[dict[str, Any]]:
    used = rules()
    stated = [] if number is None else [{"code": "certificate-number", "value": number}]
    register = Prerequisites(Register(*there), used, TODAY)  # type: ignore[arg-type]
    found = register.of(case_of(used, **more), stated, documents=documents)
    return [PrerequisiteSchema().load(one) and one for one in found]


@pytest.mark.requirement("R-066")
@pytest.mark.parametrize(
    ("there", "finding", "standing", "said"),
    [
        ((), "not-found", None, "没有查到该编号的产地检疫证书"),
        ((a_document(18, "me"),), "not-found", None, "没有查到"),
        ((a_document(17, "other"),), "other-holder", None, "登记的持有人不是申请人"),
        ((a_document(17, "other", "revoked"),), "other-holder", None, "登记的持有人不是申请人"),
        ((a_document(17, "me"),), "held", "valid", "目前有效。"),
        ((a_document(17, "me", until=TODAY),), "held", "valid", "有效期至"),
        ((a_document(17, "me", until=TODAY - timedelta(days=1)),), "over", "expired", "已过有效期"),
        ((a_document(17, "me", "suspended"),), "over", "suspended", "已挂失"),
        ((a_document(17, "me", "replaced"),), "over", "replaced", "已被换发的新证代替"),
        ((a_document(17, "me", "revoked"),), "over", "revoked", "已被撤销或者注销"),
        ((a_document(17, "me", made=False),), "not-made", None, "尚未制作完成"),
        ((a_document(17, ""),), "other-holder", None, "登记的持有人不是申请人"),
    ],
)
def test_the_officer_is_told_what_the_register_knows_of_a_number(
    there: tuple[Any, ...], finding: str, standing: str | None, said: str
) -> None:
    (one,) = told(*there)
    assert (one["item"], one["material"], one["number"]) == (ORIGIN, MATERIAL, "17")
    assert (one["finding"], one["standing"]) == (finding, standing)
    assert said in one["zh"]
    assert one["en"]


def test_of_somebody_elses_document_nothing_more_is_told() -> None:
    (valid,) = told(a_document(17, "other", until=TODAY))
    (over,) = told(a_document(17, "other", "revoked"))
    assert valid == over


def test_an_organisation_holds_what_another_handler_of_it_applied_for() -> None:
    mine = organisation("o1")
    (one,) = told(a_document(17, "colleague", parties=mine), parties=mine)
    assert one["finding"] == "held"
    other = a_document(17, "colleague", parties=organisation("o2"))
    (one,) = told(other, parties=mine)
    assert one["finding"] == "other-holder"


def test_where_no_number_is_stated_what_the_applicant_holds_is_looked_up() -> None:
    over, held = a_document(19, "me", "revoked"), a_document(17, "me")
    (one,) = told(over, held, a_document(20, "other"), number=None)
    assert (one["finding"], one["number"]) == ("held", None)
    assert "申请人名下的产地检疫证书" in one["zh"]
    (one,) = told(over, number=None)
    assert (one["finding"], one["standing"]) == ("over", "revoked")
    (one,) = told(a_document(20, "other"), number=None)
    assert (one["finding"], one["number"]) == ("not-found", None)


def test_who_does_not_see_the_documents_is_told_of_a_number_that_they_see_alone() -> None:
    assert told(a_document(17, "me"), number=None, documents=False) == []
    (one,) = told(a_document(17, "me"), documents=False)
    assert one["finding"] == "held"


@pytest.mark.parametrize(
    "typed", ["17", " 17 ", "１７", "0017", "第17号", "No. 17", "编号：17", f"{SERIES}/17", "1-7"]
)
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    rule = ResultRule(code=SERIES, name="证书")
    assert serials(typed, rule) == {17}


@pytest.mark.parametrize("typed", ["NO-SUCH", "", "0", "17a", "9" * 40])
def test_what_is_no_number_of_ours_is_looked_up_nowhere(typed: str) -> None:
    assert serials(typed, ResultRule(code=SERIES, name="证书")) == set()


def test_a_number_with_year_and_check_digit_is_compared_whole() -> None:
    used = rules()
    text = used.catalogue.item(ORIGIN).text
    assert isinstance(text.results, tuple)
    rule = replace(text.results[0], number_format="XJ{year}-{serial:6}{check}")
    assert 17 in serials("XJ2026-0000170", rule)

    class Formatted(Prerequisites):
        def _results(self, _needed: str) -> list[ResultRule]:
            return [rule]

    from shared.catalogue.rules.printed_number import printed_number  # noqa: PLC0415

    register: Any = Register(a_document(17, "me"))
    lookup = Formatted(register, used, TODAY)

    def finding(typed: str) -> str:
        stated = [{"code": "certificate-number", "value": typed}]
        (one,) = lookup.of(case_of(used), stated, documents=True)
        return str(one["finding"])

    whole = printed_number(rule, 17, year=2026)
    assert finding(whole) == finding(whole.lower()) == finding("17") == "held"
    wrong = whole[:-1] + str((int(whole[-1], 36) + 1) % 10)
    assert finding(wrong) == finding(whole.replace("2026", "2020")) == "not-found"
