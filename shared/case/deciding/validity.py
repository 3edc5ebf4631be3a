"""The validity of a granted result (有效期): the item's printed rule, and the officer's statement.

R-153, R-169 to R-177, 001-R2. A length counts from the day of the decision, which is not counted; a
validity that begins anew counts from the day of the application. A validity that neither the item
nor the officer states is unknown, and none is invented.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from shared.case.facts.parts import Part, Valid, ValidBasis
from shared.catalogue.definition.outcome import ResultRule, ValidityRule
from shared.clock import ClockError, Span, Validity, reissued_until, valid_until
from shared.clock.calendar.moments import known_day

Field = Literal["span", "original_until", "authority_changed"]
FaultCode = Literal[
    "not-granted", "stated-twice", "not-open", "not-a-choice", "too-long", "expired", "out-of-range"
]
KEEPS = "original-unless-authority-changed"
LONG_TERM = Validity(span=None)


class Stated(Part, frozen=True, kw_only=True):
    """The deciding officer's statement about one result.

    `span`: the length. `original_until`: the last day of the document that the result replaces.
    `authority_changed`: whether the issuing authority differs from that of the replaced document.
    """

    result: str
    span: Span | None = None
    original_until: date | None = None
    authority_changed: bool | None = None


class Open(Part, frozen=True, kw_only=True):
    """The fields that the item leaves open for one result: those to be stated, and optional ones.

    `choices`: the lengths to choose from, empty if any length is allowed; `at_most`: the longest.
    """

    result: str
    name: str
    needs: tuple[Field, ...]
    may: tuple[Field, ...]
    choices: tuple[Span, ...]
    at_most: Span | None


class ValidityFault(Part, frozen=True, kw_only=True):
    """One fault in a statement: the result and the field that it concerns."""

    result: str
    field: str
    code: FaultCode
    text: str


class Days(msgspec.Struct, frozen=True):
    """The days that a validity counts from, in Asia/Shanghai: of the application, of the grant."""

    applied: date
    granted: date


def left_open(rule: ResultRule) -> Open | None:
    """The fields that must or may be stated when this result is granted; None if there are none."""
    return _open(rule, *_asked(rule.validity))


def still_open(rule: ResultRule, stated: Stated | None, days: Days) -> Open | None:
    """The fields still missing in the statement; None if the grant can be decided with it."""
    needs, may = _asked_now(rule.validity, stated, days)
    missing = tuple(name for name in needs if _value(stated, name) is None)
    return _open(rule, missing, may) if missing else None


def faults(rule: ResultRule, stated: Stated, days: Days) -> Iterator[ValidityFault]:
    """Every fault in a statement about a result that is granted."""
    needs, may = _asked_now(rule.validity, stated, days)
    given: list[Field] = ["span", "original_until", "authority_changed"]
    for name in given:
        if _value(stated, name) is not None and name not in {*needs, *may}:
            yield _fault(stated, name, "not-open", "The item leaves this to nobody here.")
    validity = rule.validity
    if isinstance(validity, str):
        return
    if stated.span is not None and "span" in {*needs, *may}:
        yield from _span_faults(validity, stated, stated.span, days)
    if stated.original_until is not None and "original_until" in needs:
        yield from _original_faults(validity, stated, stated.original_until, days)


def validity_of(rule: ResultRule, stated: Stated | None, days: Days) -> Valid | None:
    """The validity of the result if it is granted now; None if it is unknown.

    `stated` must be without faults.

    Raises:
        ClockError: the end lies outside the calendar.
    """
    validity = rule.validity
    if isinstance(validity, str) or still_open(rule, stated, days):
        return None
    length, anew = _length(validity, stated), _anew(validity, stated, days)
    since = days.applied if anew else days.granted
    if stated is not None and stated.original_until is not None:
        until = reissued_until(
            length or LONG_TERM,
            original=stated.original_until,
            reissued=days.applied,
            authority_changed=anew,
        )
        return Valid(since=since, until=until, basis="anew" if anew else "original")
    if length is None:
        return None
    stands: ValidBasis = "chosen" if stated and stated.span else "printed"
    return Valid(since=since, until=valid_until(length, since), basis="anew" if anew else stands)


def _length(validity: ValidityRule, stated: Stated | None) -> Validity | None:
    """The length that holds: the stated length, else the printed one, if there is one."""
    if stated is not None and stated.span is not None:
        return Validity(span=stated.span)
    return validity.rule()


def _asked(validity: ValidityRule | str) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields that must be stated, and those that may be, before any statement."""
    if isinstance(validity, str) or validity.long_term:
        return (), ()
    length: tuple[Field, ...] = () if validity.span and not validity.at_most else ("span",)
    if validity.reissue == "original":
        return ("original_until",), ()
    if validity.reissue == KEEPS:
        return ("original_until", "authority_changed"), length
    # One of the printed lengths; any length, if the source only says that there is a length
    #
    return (length, ()) if validity.choices or validity.span is None else ((), length)


def _asked_now(
    validity: ValidityRule | str, stated: Stated | None, days: Days
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The same, once it is known whether the original's end of validity is kept (R-170, R-171)."""
    needs, may = _asked(validity)
    if isinstance(validity, str) or validity.reissue != KEEPS:
        return needs, may
    if _anew(validity, stated, days):
        return ((*needs, *may), ()) if validity.span is None else (needs, may)
    return (needs, ()) if _kept(validity, stated, days) else (needs, may)


def _anew(validity: ValidityRule, stated: Stated | None, days: Days) -> bool:
    """Whether it counts from the application: another authority, or the original has expired."""
    if validity.reissue == "anew":
        return True
    if validity.reissue != KEEPS or stated is None:
        return False
    return stated.authority_changed is True or _expired(stated, days)


def _kept(validity: ValidityRule, stated: Stated | None, days: Days) -> bool:
    """Whether the original's last day stays the last day."""
    if stated is None or stated.original_until is None:
        return False
    if validity.reissue == "original":
        return True
    return (
        validity.reissue == KEEPS
        and stated.authority_changed is False
        and not _expired(stated, days)
    )


def _expired(stated: Stated, days: Days) -> bool:
    return stated.original_until is not None and stated.original_until < days.granted


def _open(rule: ResultRule, needs: tuple[Field, ...], may: tuple[Field, ...]) -> Open | None:
    validity = rule.validity
    if isinstance(validity, str) or not (needs or may):
        return None
    return Open(
        result=rule.code,
        name=rule.name,
        needs=needs,
        may=may,
        choices=validity.choices,
        at_most=validity.span if validity.at_most else None,
    )


def _value(stated: Stated | None, name: Field) -> object:
    return None if stated is None else getattr(stated, name)


def _fault(stated: Stated, name: Field, code: FaultCode, text: str) -> ValidityFault:
    return ValidityFault(result=stated.result, field=name, code=code, text=text)


def _span_faults(
    validity: ValidityRule, stated: Stated, span: Span, days: Days
) -> Iterator[ValidityFault]:
    if validity.choices and span not in validity.choices:
        named = ", ".join(f"{one.n} {one.unit}" for one in validity.choices)
        yield _fault(stated, "span", "not-a-choice", f"The lengths to choose from are: {named}.")
        return
    since = days.applied if _anew(validity, stated, days) else days.granted
    try:
        span.after(since)
    except ClockError as error:
        yield _fault(stated, "span", "out-of-range", str(error))
        return
    try:
        valid_until(validity.rule() or LONG_TERM, since, chosen=span)
    except ClockError as error:
        yield _fault(stated, "span", "too-long", str(error))


def _original_faults(
    validity: ValidityRule, stated: Stated, original: date, days: Days
) -> Iterator[ValidityFault]:
    try:
        known_day(original)
    except ClockError as error:
        yield _fault(stated, "original_until", "out-of-range", str(error))
        return
    if validity.reissue == "original" and _expired(stated, days):
        text = "It has expired, so that its last day cannot be kept."
        yield _fault(stated, "original_until", "expired", text)
