"""The rules within one file beyond the types of its fields."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.definition.words import EVENTS
from shared.catalogue.files.consistency.checks import checks_right
from shared.catalogue.files.consistency.conditions import conditions_right
from shared.catalogue.files.consistency.days import no_day
from shared.catalogue.files.consistency.offices import offices_right
from shared.catalogue.files.consistency.online import online_right
from shared.catalogue.files.consistency.outcomes import outcomes_right
from shared.catalogue.files.consistency.papers import papers_right
from shared.catalogue.files.consistency.questions import questions_right
from shared.catalogue.rules.procedure import stage_codes
from shared.clock.counting.limits import COMPUTABLE, Limit

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def faults_of(file: ItemFile) -> list[Fault]:
    """Every contradiction within one item's file, as paths and sentences."""
    return [fault for rule in RULES for fault in rule(file)]


def _offer(file: ItemFile) -> Iterator[Fault]:
    if file.kind == "rule":
        if file.offered is not None:
            yield ("offered",), "A rule is not applied for: write offered: null."
        if not file.statements:
            yield ("kind",), "A rule says what it rules, in the source's words."
        return
    if file.offered is None:
        yield ("offered",), "Say whether the item is offered: true or false."
    if file.offered is False and not file.not_offered_because:
        yield ("offered",), "An item that is not offered says why: not_offered_because."
    if file.offered is False and not file.not_offered_because_zh:
        yield ("offered",), "It says so in Chinese too: not_offered_because_zh."
    if file.offered and (file.not_offered_because or file.not_offered_because_zh):
        yield ("not_offered_because",), "The item is offered, and says why it is not."
    if not file.template:
        yield ("template",), "An item names its template, T01 to T11."


def _source(file: ItemFile) -> Iterator[Fault]:
    first, last = file.source.lines
    if not 1 <= first <= last:
        yield ("source", "lines"), f"Lines {first} to {last} are not in order."
    if file.source.document != file.id.partition("-")[0]:
        yield ("source", "document"), f"{file.id} does not stand in {file.source.document}."
    for field, line in file.source.at.items():
        if field not in ItemFile.__struct_fields__:
            yield ("source", "at", field), f"The item has no field {field!r}."
        elif not first <= line <= last:
            yield ("source", "at", field), f"Line {line} is not of the item's own."
    for field in ("since", "until"):
        day = getattr(file.in_force, field)
        if day is not None and (said := no_day(day)):
            yield ("in_force", field), said
    since, until = file.in_force.since or "", file.in_force.until or "9999"
    if until < since[: len(until)]:
        yield ("in_force", "until"), f"It ends on {until}, before it begins on {since}."


def _codes(file: ItemFile) -> Iterator[Fault]:
    """Codes are unique in their list; choices are unique over all groups and the variants."""
    yield from _twice("materials", [m.code for m in listed(file.materials)])
    yield from _twice("facts", [fact.code for fact in file.facts])
    yield from _twice("checks", [check.code for check in file.checks])
    yield from _twice("fee", [line.code for line in file.fee.lines], "lines")
    yield from _twice("results", [result.code for result in listed(file.results)])
    yield from _twice("situations", [group.code for group in file.situations])
    names = [limit.name for limit in listed(file.limits)]
    yield from _twice("limits", names)
    yield from _twice("applicant_deadlines", [limit.name for limit in file.applicant_deadlines])
    if file.review != "unknown":
        yield from _twice("review", [c.code for c in file.review.criteria], "criteria")
    yield from _choices(file)


def _choices(file: ItemFile) -> Iterator[Fault]:
    """A choice is identified by its code alone, whatever its group."""
    yield from _twice("variants", [variant.code for variant in file.variants])
    seen = {variant.code for variant in file.variants}
    for at, group in enumerate(file.situations):
        for number, choice in enumerate(group.choices):
            if choice.code in seen:
                path = ("situations", at, "choices", number, "code")
                yield path, f"The choice {choice.code!r} is there twice."
            seen.add(choice.code)


def _twice(field: str, codes: list[str], *under: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, code in enumerate(codes):
        if code in seen:
            yield (field, *under, at), f"{code!r} is there twice."
        seen.add(code)


def _checklists(file: ItemFile) -> Iterator[Fault]:
    """One checklist a step, of a step that a case can have; each point once."""
    yield from _twice("checklists", [one.step for one in file.checklists])
    known = stage_codes(file)
    for at, one in enumerate(file.checklists):
        if known and one.step not in known:
            there = ", ".join(known)
            said = f"The procedure has no step {one.step!r}; it has {there}."
            yield ("checklists", at, "step"), said
        for path, sentence in _twice("points", [point.code for point in one.points]):
            yield ("checklists", at, *path), sentence


def _whens(file: ItemFile) -> Iterator[Fault]:
    """Every choice that a `when` names exists."""
    variants = {variant.code for variant in file.variants}
    situations = {choice.code for group in file.situations for choice in group.choices}
    known: tuple[tuple[str, set[str] | None, str], ...] = (
        ("variant", variants, "The item has no variant {!r}."),
        ("situation", situations, "No group of situations has the choice {!r}."),
        ("unless", situations | variants, "Neither a situation nor a variant is called {!r}."),
        (
            "representative",
            {rule.kind for rule in listed(file.representation)},
            "Nobody may act as {!r}: see representation.",
        ),
        (
            "channel",
            None if file.channels == "unknown" else set(file.channels),
            "The item has no channel {!r}.",
        ),
    )
    for path, when in _each_when(file):
        for key, codes, sentence in known:
            for code in getattr(when, key):
                if codes is not None and code not in codes:
                    yield (*path, key), sentence.format(code)
        if when == When():
            yield path, "A when without any condition: leave it out."
        yield from ((path + more, said) for more, said in conditions_right(file, path, when))


def _each_when(file: ItemFile) -> Iterator[tuple[Path, When]]:
    lists: tuple[tuple[Path, Iterable[object]], ...] = (
        (("situations",), file.situations),
        (("materials",), listed(file.materials)),
        (("groups",), file.groups),
        (("facts",), file.facts),
        (("checks",), file.checks),
        (("fee", "lines"), file.fee.lines),
        (("limits",), listed(file.limits)),
        (("windows",), file.windows),
        (("renewals",), file.renewals),
        (("results",), listed(file.results)),
        (("delivery",), listed(file.delivery)),
        *((("checklists", at, "points"), one.points) for at, one in enumerate(file.checklists)),
    )
    for path, rules in lists:
        for at, rule in enumerate(rules):
            when = getattr(rule, "when", None)
            if when is not None:
                yield (*path, at, "when"), when


def _materials(file: ItemFile) -> Iterator[Fault]:
    rules = listed(file.materials)
    groups = Counter(rule.one_of for rule in rules if rule.one_of)
    alternatives = {(rule.one_of, rule.alternative or rule.code) for rule in rules if rule.one_of}
    for at, rule in enumerate(rules):
        if rule.one_of and groups[rule.one_of] == 1:
            yield ("materials", at, "one_of"), f"Only this one is in the group {rule.one_of!r}."
        elif rule.one_of and len([a for a in alternatives if a[0] == rule.one_of]) == 1:
            yield ("materials", at), f"The group {rule.one_of!r} has one alternative only."
        if rule.question and rule.kind != "data":
            yield ("materials", at, "question"), "Only a datum (kind: data) is asked as a question."
        if rule.standard and rule.kind != "photo":
            yield (
                ("materials", at, "standard"),
                "Only a photograph follows a standard: kind: photo.",
            )
        if rule.standard and rule.standard != getattr(file.photo_standard, "reference", None):
            said = f"The item has no photo_standard {rule.standard!r}."
            yield ("materials", at, "standard"), said
        if rule.alternative and not rule.one_of:
            yield ("materials", at, "alternative"), "An alternative needs a group: one_of."
    known = {rule.code for rule in rules}
    for at, who in enumerate(listed(file.representation)):
        for code in who.proof:
            if code not in known:
                yield ("representation", at, "proof"), f"There is no material {code!r}."


def _fee(file: ItemFile) -> Iterator[Fault]:
    fee = file.fee
    if fee.state == "amount":
        if not fee.lines:
            yield ("fee", "lines"), "A fee with an amount has lines."
        if not fee.basis.strip():
            yield (
                ("fee", "basis"),
                "A fee without a basis: nothing may be charged that is not prescribed (R-132).",
            )
    elif fee.lines:
        yield ("fee", "lines"), f"A fee that is {fee.state!r} has no lines."
    groups = Counter(line.choice for line in fee.lines if line.choice)
    for at, line in enumerate(fee.lines):
        if line.choice and groups[line.choice] == 1:
            yield ("fee", "lines", at, "choice"), f"Only this line is in {line.choice!r}."
    for at, group in enumerate(fee.choices):
        if group.code not in groups:
            yield ("fee", "choices", at), f"No line is in the group {group.code!r}."
    for code in sorted(set(groups) - {group.code for group in fee.choices}):
        yield ("fee", "lines"), f"The group {code!r} has no title: fee.choices."


def _limits(file: ItemFile) -> Iterator[Fault]:
    for at, limit in enumerate(listed(file.limits)):
        yield from ((("limits", at, *path), said) for path, said in _limit(limit))
        if limit.party != "authority":
            yield ("limits", at, "party"), "The applicant's own limits are applicant_deadlines."
        if limit.rank == "internal":
            yield ("limits", at, "rank"), "A file has printed limits only: law, rule or promise."
        if not limit.raw:
            yield ("limits", at), "A limit quotes the source: raw."
    for at, limit in enumerate(file.applicant_deadlines):
        yield from ((("applicant_deadlines", at, *path), said) for path, said in _limit(limit))
        if limit.party != "applicant":
            yield ("applicant_deadlines", at), "This limit is the applicant's: party: applicant."


def _limit(limit: LimitRule) -> Iterator[Fault]:
    one: Limit | None = limit
    under: Path = ()
    while one is not None:
        for field in ("start_event", "end_event"):
            event = getattr(one, field)
            if event and event not in EVENTS:
                known = ", ".join(EVENTS)
                yield (*under, field), f"The event {event!r} is not known; known are {known}."
        one, under = one.follow_up, (*under, "follow_up")
    if limit.kind in COMPUTABLE and limit.kind == "period" and limit.n == 0:
        yield ("n",), "A limit of 0 is an immediate one: kind: immediate or same_day."
    for name in limit.variants:
        if limit.variant(name).kind == "period" and limit.variant(name).n == 0:
            yield ("variants", name, "n"), "A variant of 0 is an immediate one: kind: immediate."
    if limit.kind not in COMPUTABLE and not limit.note and not limit.raw:
        yield ("note",), "A limit without a date says why: note."


def _results(file: ItemFile) -> Iterator[Fault]:
    codes = {result.code for result in listed(file.results)}
    for at, result in enumerate(listed(file.results)):
        if result.temporary_of is not None and result.temporary_of not in codes - {result.code}:
            yield ("results", at, "temporary_of"), f"There is no result {result.temporary_of!r}."
        endless = result.validity == "unknown" or result.validity.long_term
        if result.renewed_by is not None and endless:
            yield ("results", at, "renewed_by"), "Only what has a validity that ends is renewed."
    for field in ("materials", "channels", "limits", "results", "delivery", "conditions"):
        if getattr(file, field) == ():
            yield (field,), "An empty list says nothing: write none or unknown."


def _inferred(file: ItemFile) -> Iterator[Fault]:
    """Every field that is listed as inferred is present, and has one reason."""
    for where in ("inferred", "inferred_by"):
        for path in getattr(file, where):
            field = path.partition(".")[0]
            if field not in ItemFile.__struct_fields__:
                yield (where, path), f"The item has no field {field!r}."
    for path in sorted(file.inferred.keys() & file.inferred_by.keys()):
        yield ("inferred_by", path), "The field has a reason of its own already: inferred."
    for at, one in enumerate(file.left_out):
        if bool(one.why) == (one.by is not None):
            yield ("left_out", at), "Say why it is left out: why, or by, the name of a reason."


RULES: tuple[Callable[[ItemFile], Iterator[Fault]], ...] = (
    _offer,
    _source,
    _codes,
    _checklists,
    _whens,
    _materials,
    questions_right,
    checks_right,
    _fee,
    _limits,
    offices_right,
    online_right,
    _results,
    outcomes_right,
    papers_right,
    _inferred,
)
