"""Questions about the limits of an item: which limit applies, when it ends and why.

Nothing else reads limits. A case is driven by the earlier of the promised and the statutory limit.
If no promise is printed, the statute answers; every other limit is asked for by its name
(requirements, corrections: "which limit drives"). Pure: definition, time and calendar are passed
in.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.outcome import Office
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.rules.limits_told import (
    PROMISED,
    STATUTORY,
    by_office,
    compared,
    deemed,
    fallback,
    inferred,
    licence_law,
    of_family,
    own,
    source,
)
from shared.catalogue.rules.offices import (
    at_office,
    every_limit,
    numbered,
    office_codes,
    office_of,
    variant_of,
    variants_of,
)
from shared.clock import (
    Calendar,
    Due,
    Explanation,
    Limit,
    Pause,
    Restart,
    Step,
    explain,
    governing,
)
from shared.clock.telling.wording import Words

COMPLETION = (PROMISED, STATUTORY)


class TermError(ValueError):
    """The item has no such limit, variant, extension, window or option; the text is one sentence.

    `options`: the existing ones.
    """

    def __init__(self, sentence: str, *, options: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.options = tuple(options)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question for the end of a limit. `start` is the time of the limit's own start event.

    limit: "promised", "statutory", another name of the item's, or None for the limit that drives.
    office: the code of the office that handles the case. variant, instead of an office: an office's
    variant ("remote"), or a choice of the application ("renewal", "bank").
    """

    start: datetime
    limit: str | None = None
    office: str | None = None
    variant: str | None = None
    choices: Choices = Choices()
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    restarts: tuple[Restart, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The limit that answers, its date with the derivation, and the limits it was compared with.

    `limit` None: the item prints no limit that could answer. `due.date` None: see `due.reason`.
    `steps`: the derivation, then the choice of the driving limit; each in Chinese and English.
    """

    limit: LimitRule | None
    due: Due
    steps: tuple[Step, ...]
    explanation: Explanation | None = None
    compared: Mapping[str, Due] = {}


def holding(text: ItemText, choices: Choices) -> tuple[LimitRule, ...]:
    """The limits of an item that hold for an application with these choices."""
    return tuple(rule for rule in text.limits if holds(rule.when, choices))


def drivers(text: ItemText, choices: Choices) -> tuple[LimitRule, ...]:
    """The limits among which the earliest drives: promised limits first, then statutory ones.

    `promised-bank` is a promise for some applications only; where it holds, it replaces the general
    promise.
    """
    return (*_family(text, PROMISED, choices), *_family(text, STATUTORY, choices))


def _family(text: ItemText, family: str, choices: Choices) -> tuple[LimitRule, ...]:
    mine = [
        limit
        for limit in holding(text, choices)
        if of_family(limit, family) and limit.party == "authority"
    ]
    special = tuple(limit for limit in mine if limit.when is not None)
    return special or tuple(mine)


def ask(text: ItemText, question: Question, calendar: Calendar) -> Answer:
    """Answer a question about an item.

    Raises:
        TermError: the item has no such limit, variant, office or extension.
        ClockError: a date is outside the calendar, or no rule allows a restart.
    """
    question, named = _with_variant(text, question)
    office = _office(text, question)
    asked = _asked(text, question)
    if not asked:
        return _nothing_printed(text, question, calendar)
    _check_variant(text, asked, named)
    if question.extended and not any(limit.extension for limit in asked):
        names = " or ".join(repr(limit.name) for limit in asked)
        raise TermError(f"The limit {names} of {text.id} has no extension.")
    at = at_office(office)
    variants = {
        limit.name: named if named in limit.variants else variant_of(limit, question.choices, at)
        for limit in asked
    }
    explained = {
        limit.name: explain(
            numbered(limit, variants[limit.name], at),
            question.start,
            calendar,
            pauses=question.pauses,
            extended=question.extended and limit.extension is not None,
            variant=variants[limit.name],
            restarts=question.restarts,
            hours=None if isinstance(text.hours, str) else text.hours.table(),
        )
        for limit in asked
    }
    dues = {name: why.due for name, why in explained.items()}
    first = governing(dues) or asked[0].name
    why = explained[first]
    limit = next(limit for limit in asked if limit.name == first)
    return Answer(
        limit=limit,
        due=why.due,
        steps=(
            *fallback(question.limit, limit),
            *source(text, limit),
            *inferred(text, limit),
            *own(limit),
            *licence_law(text, limit, why.steps),
            *by_office(office, limit, variants[first]),
            *why.steps,
            *deemed(limit, question.start, why.due),
            *compared(asked, first, dues),
        ),
        explanation=why,
        compared=dues,
    )


def _with_variant(text: ItemText, question: Question) -> tuple[Question, str | None]:
    """The question with a choice in `variant` moved into `choices`, or the variant of a limit.

    A choice is a variant of the item, a situation or a channel. A name that is both a choice of the
    application and a variant of a limit is treated as the choice; the limit's variant follows from
    it.
    """
    name = question.variant
    if name is None:
        return question, None
    chosen = question.choices
    if name in {variant.code for variant in text.variants}:
        chosen = msgspec.structs.replace(chosen, variant=name)
    elif name in {one.code for group in text.situations for one in group.choices}:
        chosen = msgspec.structs.replace(chosen, situations=chosen.situations | {name})
    elif name in _channels(text):
        chosen = msgspec.structs.replace(chosen, channel=name)
    elif name in variants_of(text.limits):
        return question, name
    else:
        raise _unknown(text, "variant", name, _variants(text))
    return msgspec.structs.replace(question, choices=chosen), None


def _channels(text: ItemText) -> set[str]:
    """The channels on which a limit depends."""
    named = {channel for limit in text.limits if limit.when for channel in limit.when.channel}
    return named | set(text.channels).intersection(variants_of(text.limits))


def _office(text: ItemText, question: Question) -> Office | None:
    if question.office is None:
        return None
    found = office_of(text, question.office)
    if found is None:
        raise _unknown(text, "office", question.office, office_codes(text))
    return found


def _variants(text: ItemText) -> list[str]:
    """The valid values of `variant`: the conditions of the limits, and the item's own variants."""
    whens = [limit.when for limit in text.limits if limit.when]
    own = [variant.code for variant in text.variants]
    choices = [code for when in whens for code in (*when.variant, *when.situation, *when.channel)]
    return list(dict.fromkeys((*variants_of(text.limits), *own, *choices)))


def _asked(text: ItemText, question: Question) -> tuple[LimitRule, ...]:
    """The limits that the question is about; of several, the earliest answers."""
    name, choices = question.limit, question.choices
    if name is None:
        return drivers(text, choices)
    if name in COMPLETION:
        mine = _family(text, name, choices)
        if not mine and name == PROMISED and not _printed(text, PROMISED):
            return _family(text, STATUTORY, choices)
        return mine
    own_first = sorted(text.applicant_deadlines, key=lambda rule: not holds(rule.when, choices))
    there = (*holding(text, choices), *text.limits, *_follow_ups(text, choices), *own_first)
    found = [limit for limit in there if limit.name == name]
    if not found:
        known = [*COMPLETION, *(limit.name for limit in there)]
        raise _unknown(text, "limit", name, list(dict.fromkeys(known)))
    return (found[0],)


def _follow_ups(text: ItemText, choices: Choices) -> Iterator[LimitRule]:
    """The limits that a miss starts (R-088), asked for by name, from the original due date."""
    for limit in holding(text, choices):
        if limit.follow_up is not None:
            parts = {name: getattr(limit.follow_up, name) for name in Limit.__struct_fields__}
            yield LimitRule(**{**parts, "basis": ""}, raw=limit.follow_up.basis or limit.raw)


def _printed(text: ItemText, family: str) -> bool:
    return any(of_family(limit, family) for limit in text.limits)


def _check_variant(text: ItemText, asked: Sequence[LimitRule], name: str | None) -> None:
    if name is not None and not any(name in limit.variants for limit in asked):
        with_it = [limit.name for limit in every_limit(text.limits) if name in limit.variants]
        raise TermError(
            f"The limit {asked[0].name!r} of {text.id} has no variant {name!r}; "
            f"{', '.join(with_it)} has.",
            options=with_it,
        )


def _unknown(text: ItemText, what: str, name: str, known: Sequence[str]) -> TermError:
    there = f"it has {', '.join(known)}" if known else "it has none"
    return TermError(f"The item {text.id} has no {what} {name!r}; {there}.", options=known)


def _nothing_printed(text: ItemText, question: Question, calendar: Calendar) -> Answer:
    """An answer without a date, with the reason: no limit is printed, or none for these choices."""
    if question.extended:
        raise TermError(f"The item {text.id} has no limit that could be extended.")
    asked = COMPLETION if question.limit is None else (question.limit,)
    printed = [one for one in text.limits if f"limits.{one.name}" not in text.defaulted]
    if any(_printed(text, family) for family in asked):
        there = _variants(text)
        words = Words(
            f"该事项的办结时限因情形而异，请注明情形（{'、'.join(there)}）。",
            f"The limit depends on the case: name the variant ({', '.join(there)}).",
        )
    else:
        which = {STATUTORY: Words("法定办结时限", "statutory limit")}.get(
            question.limit or "", Words("承诺或者法定办结时限", "promised or statutory limit")
        )
        names = ", ".join(limit.name for limit in printed)
        other = Words(f"；另有：{names}", f"; it prints: {names}") if names else Words("", "")
        words = Words(
            f"来源文件未载明{which.zh}{other.zh}。", f"The source prints no {which.en}{other.en}."
        )
    step = Step("no-limit", {"limits": [limit.name for limit in printed]}, words.zh, words.en)
    due = Due(None, None, reason=words.en, reason_zh=words.zh, calendar_version=calendar.version)
    return Answer(limit=None, due=due, steps=(step,))
