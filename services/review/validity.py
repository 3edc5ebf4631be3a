"""What a grant says about how long each result is valid, and what the officer has to state for it.

R-169 to R-177; the rules themselves are in `shared/case/deciding/validity.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec

from shared.case import Case, Rules
from shared.case.deciding.validity import (
    Days,
    Open,
    Stated,
    ValidityFault,
    faults,
    left_open,
    still_open,
    validity_of,
)
from shared.case.facts.parts import Grant
from shared.case.next.position import decided_by_steps, under_review
from shared.casework.topics import Instead
from shared.catalogue.definition.outcome import ResultRule
from shared.clock import local_day
from shared.http.words.in_chinese import chinese


class ValidityOpen(Instead):
    """The item leaves open how long a result is valid: `open` names what has to be stated."""

    code = "validity-open"


class ValidityWrong(Instead):
    """What is stated of a validity is wrong: `faults` names all of it, `open` what is missing."""

    code = "validity-wrong"


def grants(
    case: Case,
    rules: Rules,
    day: date,
    stated: Sequence[Stated] = (),
    old_documents: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Grant, ...]:
    """What the application gets: each result of the item that holds for it, or the decision.

    `day`: of the decision, in Asia/Shanghai. What nobody states stays unknown. `old_documents`: by
    result, the older document that it stands in for.
    """
    said, days = _by_result(stated), _days(case, day)
    given = rules.results_of(case)
    if not given:
        return (Grant(grant=1, result="decision"),)
    return tuple(
        Grant(
            grant=n,
            result=one.code,
            valid=validity_of(one, said.get(one.code), days),
            old_document=old_documents.get(one.code, ""),
        )
        for n, one in enumerate(given, 1)
    )


def must_be_stated(case: Case, stated: Sequence[Stated], rules: Rules, day: date) -> None:
    """All that an item leaves to the officer is stated, and nothing else.

    Raises:
        ValidityOpen: something is missing; `open` names it, with the choices.
        ValidityWrong: something stated is wrong; `faults` names all of it.
    """
    given = {one.code: one for one in rules.results_of(case)}
    said, days = _by_result(stated), _days(case, day)
    missing = [_open(one, said, days) for one in given.values()]
    told = [msgspec.to_builtins(one) for one in missing if one is not None]
    if wrong := list(_faults(given, stated, days)):
        saying = [chinese(one.text) for one in wrong]
        named = [msgspec.to_builtins(one) for one in wrong]
        raise ValidityWrong(
            " ".join(f"{one.result}, {one.field}: {one.text}" for one in wrong),
            faults=[one | {"detail_zh": zh} for one, zh in zip(named, saying, strict=True)],
            open=told,
            detail_zh="".join(dict.fromkeys(saying)),
        )
    if told:
        unsaid = ", ".join(str(one["result"]) for one in told)
        raise ValidityOpen(
            f"How long these are valid has to be stated: {unsaid}.",
            open=told,
        )


def open_to(case: Case, rules: Rules) -> list[Open]:
    """What has to be stated, or may be, for a grant of this case; empty where nothing is open."""
    if not under_review(case) or decided_by_steps(case):
        return []
    asked = (left_open(one) for one in rules.results_of(case))
    return [one for one in asked if one is not None]


def _open(rule: ResultRule, said: Mapping[str, Stated], days: Days) -> Open | None:
    return still_open(rule, said.get(rule.code), days)


def _faults(
    given: Mapping[str, ResultRule], stated: Sequence[Stated], days: Days
) -> Iterator[ValidityFault]:
    seen: set[str] = set()
    for one in stated:
        rule = given.get(one.result)
        if rule is None:
            text = f"The case is granted: {', '.join(given) or 'no result'}."
            yield ValidityFault(result=one.result, field="result", code="not-granted", text=text)
        elif one.result in seen:
            text = "It is stated twice."
            yield ValidityFault(result=one.result, field="result", code="stated-twice", text=text)
        else:
            yield from faults(rule, one, days)
        seen.add(one.result)


def _by_result(stated: Sequence[Stated]) -> dict[str, Stated]:
    return {one.result: one for one in reversed(stated)}


def _days(case: Case, day: date) -> Days:
    submitted = case.submitted
    return Days(applied=local_day(submitted.at) if submitted else day, granted=day)
