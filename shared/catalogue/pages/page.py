"""An item as a page for people: printed text, defaults and inferences.

Every default and every inference is marked, so that it is not mistaken for the source's words.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from shared.catalogue.definition.asking import FactRule, MaterialRule
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.fees import yuan
from shared.catalogue.definition.item import Item, ItemText
from shared.catalogue.definition.lengths import limit_words
from shared.catalogue.definition.outcome import CriterionRule, ResultRule, ValidityRule
from shared.catalogue.definition.schedule import ByEvent, Cycle, Monthly, WindowRule
from shared.catalogue.editions.changes_of_offices import office_words
from shared.catalogue.rules.remedies import remedy_of

WHEN = {"unless": "not for", "representative": "for the", "channel": "over"}
SILENT = {"none": "none (the source says so)", "unknown": "the source is silent"}


def page(item: Item) -> str:
    """The page of an item in Markdown."""
    text = item.text
    parts: list[str] = [f"# {text.id} {text.name}", "", *_head(text), ""]
    for title, lines in _sections(text):
        body = list(lines)
        if body:
            parts += [f"## {title}", "", *body, ""]
    parts += [f"Content hash `{item.hash}`.", ""]
    return "\n".join(parts)


def _sections(text: ItemText) -> Iterator[tuple[str, Iterable[str]]]:
    yield "What it is", _about(text)
    yield "The rule", _bullets(text.statements)
    if text.kind == "rule":
        yield "Oddities of the source", _bullets(f"`{n.code}` {n.text}" for n in text.oddities)
        return
    yield "How to apply", _applying(text)
    yield "Questions", _questions(text)
    yield "Materials", _materials(text)
    yield "Conditions", _conditions(text)
    yield "Fee", _fee(text)
    yield "Limits", _limits(text)
    yield "Windows and days", _windows(text)
    yield "Review", _bullets(_criterion(one) for one in text.review.criteria)
    for one in text.checklists:
        points = _bullets(f"`{point.code}` {point.text}" for point in one.points)
        yield f"Checklist of `{one.step}`", points
    yield "Result and delivery", _results(text)
    yield "If it is refused", _appeal(text)
    yield "Steps, in the source's words", _numbered(listed(text.steps))
    yield "Legal basis", _bullets(text.legal_basis)
    yield "Left out", _bullets(f"{one.what}: {one.why}" for one in text.left_out)
    yield "Oddities of the source", _bullets(f"`{note.code}` {note.text}" for note in text.oddities)
    yield "Remarks", _bullets(text.remarks)
    yield "Inferred, not read", _bullets(_inferred(text))
    yield "Defaults, not printed", _bullets(f"`{f}`: `{d}`" for f, d in text.defaulted.items())


def _head(text: ItemText) -> Iterator[str]:
    if text.name_en:
        yield f"*{text.name_en}*"
        yield ""
    if text.kind == "rule":
        yield "A rule that items refer to; it is not applied for."
    elif text.offered:
        yield "Offered."
    else:
        yield f"**Not offered.** {text.not_offered_because} {text.not_offered_because_zh}"


def _about(text: ItemText) -> Iterator[str]:
    first, last = text.source.lines
    rows = {
        "Source": f"document {text.source.document}, lines {first} to {last}",
        "Section": " / ".join(text.source.section),
        "Business code": text.source.business_code or "",
        "Type": "the source is silent" if text.item_type == "unknown" else text.item_type,
        "Department": text.department_name or text.department,
        "Level": text.level,
        "For": text.audience,
        "Coverage": text.coverage,
        "Case kind": text.case_kind,
        "On-site visits": text.on_site_visits,
        "Intermediary": text.intermediary,
        "Power source": text.power_source,
        "Begun by": _marked(text, "initiated_by", text.initiated_by),
        "Procedure": ", ".join((text.template, *(f"{m.kind}" for m in text.modifiers))),
        "In force": _in_force(text),
        "Same service as": ", ".join(text.same_service_as),
        "Rules": ", ".join(text.rules),
        "Summary": text.summary,
    }
    yield from _table(("", ""), [(name, said) for name, said in rows.items() if said.strip(", ")])


def _in_force(text: ItemText) -> str:
    force = text.in_force
    days = {"since": force.since, "until": force.until, "replaced by": force.replaced_by}
    told = (f"{word} {day}" for word, day in days.items() if day)
    return ", ".join(filter(None, (*told, force.note)))


def _applying(text: ItemText) -> Iterator[str]:
    yield f"- Over: {_marked(text, 'channels', ', '.join(text.channels))}"
    if text.appointment.kind != "unknown":
        yield f"- Appointment: {text.appointment.kind}. {text.appointment.raw}".rstrip()
    if text.online is not None and text.online.account:
        yield f"- Online only with a real-name account: {_line(text.online.account)}"
    if text.online is not None and text.online.agreement:
        yield f"- Online only after agreeing to the guide: {_line(text.online.agreement)}"
    for who in listed(text.representation):
        proof = f" with {', '.join(who.proof)}" if who.proof else ""
        yield f"- May act: {who.kind}{proof}. {_line(who.raw)}".rstrip()
    if not isinstance(text.hours, str):
        yield f"- Hours: {_line(text.hours.raw) or 'always'}"
    for office in listed(text.offices):
        yield f"- Office: {_line(office_words(office))}"
    if not isinstance(text.hotlines, str):
        for title, lines in (("Ask", text.hotlines.consult), ("Complain", text.hotlines.supervise)):
            told = (f"{line.label} {', '.join(line.numbers)}".strip() for line in lines)
            if lines:
                yield f"- {title}: {_line('; '.join(told))}"


def _questions(text: ItemText) -> Iterator[str]:
    if text.variants:
        yield f"- One of: {_choices(text.variants)}"
    for group in text.situations:
        how = "one of" if group.choose == "one" else "any of"
        yield f"- {group.name}{_when(group.when)}: {how} {_choices(group.choices)}"
    for fact in text.asked_once:
        yield f"- {_question(fact)}"
    for section, rule in text.with_entries:
        yield f"- {section.name}{_when(section.when)}, {rule.least} to {rule.most} times:"
        yield from (f"  - {_question(fact)}" for fact in text.asked_in(section))


def _question(fact: FactRule) -> str:
    unit = f" in {fact.unit}" if fact.unit else ""
    step = f", for {fact.step}" if fact.step else ""
    of = f", the number of a result of {fact.result_of}" if fact.result_of else ""
    return f"{fact.name} (`{fact.code}`, {fact.type}{unit}{step}{of}){_when(fact.when)}"


def _choices(choices: Sequence[Any]) -> str:
    return ", ".join(f"{choice.name} (`{choice.code}`)" for choice in choices)


def _materials(text: ItemText) -> Iterator[str]:
    if isinstance(text.materials, str):
        yield f"Materials: {SILENT[text.materials]}."
        return
    rows = [(m.name, _form(m), _asked(m), m.code) for m in text.materials]
    yield from _table(("material", "form", "asked for", "code"), rows)


def _form(material: MaterialRule) -> str:
    copies = f" ×{material.copies}" if material.copies else ""
    stamped = ", stamped" if material.stamped else ""
    return f"{(material.form or '').replace('-', ' ')}{copies}{stamped}".strip(" ,")


def _asked(material: MaterialRule) -> str:
    notes = [
        material.condition or "",
        _when(material.when).strip(" ()"),
        "" if material.required else "not required",
        f"one of {material.one_of}" if material.one_of else "",
        f"with {material.alternative}" if material.alternative else "",
        "not asked again where data are shared" if material.shareable else "",
        f"the result of {material.result_of}" if material.result_of else "",
        "a letter of commitment may replace it" if material.commitment_instead else "",
        "if it still exists" if material.if_it_still_exists else "",
        "asked as a question, never uploaded" if material.question else "",
        material.note,
    ]
    return "; ".join(note for note in notes if note)


def _when(when: When | None) -> str:
    if when is None:
        return ""
    said = {key: codes for key, codes in msgspec.to_builtins(when).items() if codes}
    for code, answers in said.pop("answer", {}).items():
        said[f"`{code}` is"] = [_answer_word(one) for one in answers]
    words = (f"{WHEN.get(key, key)} {' or '.join(codes)}" for key, codes in said.items())
    return f" (only {', '.join(words)})"


def _answer_word(one: bool | str) -> str:  # noqa: FBT001
    return one if isinstance(one, str) else "yes" if one else "no"


def _conditions(text: ItemText) -> Iterator[str]:
    yield from _bullets(listed(text.conditions))
    for check in text.checks:
        effect = "keeps the application out" if check.effect == "refuse" else "is told"
        yield f"- checked: {check.text}{_when(check.when)} (`{check.code}`, {effect})"


def _fee(text: ItemText) -> Iterator[str]:
    fee = text.fee
    if fee.state != "amount":
        yield {
            "none": "Nothing is charged.",
            "unknown": "The source is silent: nothing is charged.",
        }[fee.state]
    elif not fee.charged:
        yield "An amount is printed and was never charged (未曾收费): nothing is charged."
    rows = [
        (
            line.name,
            f"{yuan(line.amount_fen)} 元",
            line.per,
            _when(line.when) or line.choice or "",
        )
        for line in fee.lines
    ]
    yield from _table(("for", "amount", "per", "where"), rows)
    if fee.basis:
        yield ""
        yield f"Basis: {_line(fee.basis)}"


def _limits(text: ItemText) -> Iterator[str]:
    rows = [
        (
            f"{limit.name}{_default(text, f'limits.{limit.name}')}",
            limit_words(limit) + _when(limit.when),
            limit.rank,
            f"{limit.start_event} → {limit.end_event}" if limit.end_event else limit.note,
            limit.raw or limit.basis,
        )
        for limit in (*text.limits, *text.applicant_deadlines)
    ]
    yield from _table(("limit", "length", "rank", "from → to", "source"), rows)
    for limit in text.limits:
        for name, variant in limit.variants.items():
            words = f"{variant.n} instead of {limit.n}" if variant.n else str(variant.kind)
            most = " at most" if variant.maximum else ""
            yield f"- {limit.name}, variant `{name}`: {words}{most}"


def _windows(text: ItemText) -> Iterator[str]:
    for window in text.windows:
        yield f"- {_window(window)}. {_line(window.raw)}".rstrip()
    for day in text.paydays:
        when = f"day {day.day} of the month" if day.day else f"weekday {day.weekday}"
        yield f"- {day.purpose}: {when}, attempt {day.attempt}. {_line(day.raw)}".rstrip()
    for renewal in text.renewals:
        yield f"- around the date `{renewal.fact}`: {_line(renewal.raw)}"


def _window(window: WindowRule) -> str:
    if isinstance(window, Monthly):
        working = " (working days)" if window.working_days_only else ""
        booking = window.booking
        booked = f", booking {booking.first} to {booking.last}" if booking else ""
        return f"days {window.days.first} to {window.days.last} of each month{working}{booked}"
    if isinstance(window, ByEvent):
        return f"opened by: {', '.join(window.needs)}"
    if isinstance(window, Cycle):
        stages = (f"{s.name} {s.first_month}-{s.last_month}" for s in window.stages)
        return f"each year by months: {', '.join(stages)}"
    return "when it is announced"


def _results(text: ItemText) -> Iterator[str]:
    if not text.results:
        yield "- Result: none (the source says so)"
    for result in text.results:
        yield f"- {_marked(text, 'results', _result(result))}"
    for way in text.delivery:
        yield f"- {_marked(text, 'delivery', way.kind)}{_when(way.when)} {_line(way.raw)}".rstrip()


def _result(result: ResultRule) -> str:
    validity = ""
    if isinstance(result.validity, ValidityRule):
        span = result.validity.span
        length = f"{span.n} {span.unit.replace('_', ' ')}" if span else ""
        length = "long-term" if result.validity.long_term else length
        validity = f", valid {length or result.validity.raw}"
    renewed = f", renewed by {result.renewed_by}" if result.renewed_by else ""
    return f"{result.name} ({result.kind}){validity}{renewed}{_when(result.when)}"


def _criterion(one: CriterionRule) -> str:
    told = f"; told where it is not met: {one.unmet}" if one.unmet else ""
    return f"`{one.code}` {one.text}{told}"


def _appeal(text: ItemText) -> Iterator[str]:
    if text.remedy is not None:
        found = remedy_of(text)
        yield f"Remedy ({text.remedy.kind}): within {found.days} days at {found.body}."
        return
    where = f"within {text.appeal.days} days at {text.appeal.body}"
    yield f"Appeal {_marked(text, 'appeal', where)}."


def _marked(text: ItemText, field: str, said: str) -> str:
    """The text with a mark if it is a default or inferred."""
    inferred = " *(inferred)*" if field in text.inferred else ""
    return f"{said}{_default(text, field)}{inferred}"


def _default(text: ItemText, field: str) -> str:
    return " *(default)*" if field in text.defaulted else ""


def _inferred(text: ItemText) -> Iterator[str]:
    for field, why in text.inferred.items():
        name = text.inferred_by.get(field)
        yield f"`{field}`: {why}" + (f" (`{name}`)" if name else "")


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {_line(line)}" for line in lines)


def _numbered(lines: Iterable[str]) -> Iterator[str]:
    return (f"{at}. {_line(line)}" for at, line in enumerate(lines, 1))


def _line(text: str) -> str:
    return " ".join(text.split())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        cells = (_line(cell).replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
