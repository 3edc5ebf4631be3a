"""Which papers a case has by now, for whom each is, and what it is made of. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from services.issuance.papers.drawn.content import FACT, PaperMatter, template_of
from shared.case import Case, IssuedDocument
from shared.case.facts.fact import Mark, mark_of
from shared.case.issuance.paper import PaperKind
from shared.casework.holdings import issued
from shared.catalogue import Item, ItemText
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.procedure import NUMBERED
from shared.catalogue.rules.question_classes import class_of_question
from shared.security.data_classes import ANSWERS, answers_field
from shared.security.duties import Duty

# For whom a paper is. The table of readings says at which stage, and with which reason.
_PRODUCER = frozenset({Duty.PRODUCE})
_DECISION = frozenset({Duty.APPLY, Duty.REVIEW, Duty.APPROVE, Duty.SUPERVISE})
_COUNTER = _DECISION | {Duty.TAKE_IN}
_ISSUED = _DECISION | {Duty.PRODUCE, Duty.HAND_OVER}
_COURSE: tuple[tuple[PaperKind, frozenset[Duty], Callable[[Case], Mark | None]], ...] = (
    ("receipt", _COUNTER, lambda case: case.submitted),
    ("supplement-request", _COUNTER, lambda case: case.supplement_requested),
    ("acceptance", _COUNTER, lambda case: mark_of(case.acceptance)),
    ("non-acceptance", _COUNTER, lambda case: case.not_accepted),
    ("grant", _DECISION, lambda case: case.approved),
    ("refusal", _DECISION, lambda case: case.refused),
)
_EXPLAINED: frozenset[PaperKind] = frozenset({"non-acceptance", "refusal"})


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that the case has, drawn or not. `duties`: those for which it is."""

    kind: PaperKind
    of_version: int
    at: datetime
    duties: frozenset[Duty]
    result: ResultRule | None = None
    document: IssuedDocument | None = None

    @property
    def result_code(self) -> str:
        """The code of the result; empty for a paper that goes with each case."""
        return self.result.code if self.result is not None else ""

    def stated(self, case: Case, item: Item, office: str = "") -> PaperMatter:
        """What it states, as its content is made of. `office`: the name of the chosen one."""
        numbered = self.document.numbered if self.document is not None else None
        return PaperMatter(
            case=case,
            item=item,
            at=self.at,
            result=self.result,
            serial=numbered.number if numbered is not None else 0,
            valid=numbered.valid if numbered is not None else None,
            office=office,
        )


def sheets_of(
    case: Case, results: Sequence[ResultRule], documents: Mapping[str, IssuedDocument]
) -> tuple[Sheet, ...]:
    """The papers of a case, in the order of its course. `documents`: the numbered, by result."""
    return (*_of_course(case), *_of_results(case, results, documents))


def _of_course(case: Case) -> Iterator[Sheet]:
    for kind, duties, when in _COURSE:
        mark = when(case)
        if mark is not None:
            yield Sheet(kind=kind, of_version=mark.version, at=mark.at, duties=duties)


def _of_results(
    case: Case, results: Sequence[ResultRule], documents: Mapping[str, IssuedDocument]
) -> Iterator[Sheet]:
    if case.approved is None:
        return
    for rule in results:
        document = documents.get(rule.code)
        mark = _granted(case, rule, document)
        if mark is None or rule.kind == "none":
            continue
        slip = template_of(rule) == "slip"
        yield Sheet(
            kind="slip" if slip else "result",
            of_version=case.approved.version,
            at=mark.at,
            duties=_ISSUED if _made(case, rule, document) and not slip else _PRODUCER,
            result=rule,
            document=document,
        )


def _made(case: Case, rule: ResultRule, document: IssuedDocument | None) -> bool:
    """Whether the result came to be; money is told of as soon as it is decided."""
    return rule.kind == "payment" or issued(case, document.id if document else "", rule.code)


def _granted(case: Case, rule: ResultRule, document: IssuedDocument | None) -> Mark | None:
    """When the result came to be: numbered, decided where money follows, or written down."""
    if rule.kind in NUMBERED:
        return document.numbered_at if document is not None else None
    if rule.kind == "payment":
        return case.approved
    stage = next((one for one in case.stages if one.result == rule.code), None)
    return case.recorded.get(stage.code) if stage is not None else None


def fields_of(rule: ResultRule | None) -> tuple[str, ...]:
    """What the item demands on the paper of a result."""
    return rule.must_show if rule is not None else ()


def sealed_fields_of(sheet: Sheet, text: ItemText) -> frozenset[str]:
    """The sealed fields of the case that the paper is made of; `text` is the case's item."""
    wanted = {"name"}
    if sheet.kind == "slip":
        wanted |= {"id_number", "delivery_address"}
    if sheet.kind == "result":
        wanted.add("members")
    if sheet.kind in _EXPLAINED:
        wanted.add("explanation")
    facts = [one.removeprefix(FACT) for one in fields_of(sheet.result) if one.startswith(FACT)]
    if facts:
        wanted |= {ANSWERS, *(answers_field(class_of_question(one, text)) for one in facts)}
    return frozenset(wanted)
