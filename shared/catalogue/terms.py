"""Which limit of an item is asked, when it ends and why: the one place that reads limits.

What drives a case is the earlier of the promised and the statutory limit; a promise that is not
printed falls back to the statute; every other limit is asked by its name (requirements,
corrections: "which limit drives"). Pure: definition, time and calendar come in.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from shared.catalogue.choosing import Choices, holds
from shared.catalogue.item import ItemText
from shared.catalogue.schedule import LimitRule
from shared.catalogue.words import LICENCE
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
    watch_limit,
)
from shared.clock.wording import Words, day_words, limit_title

PROMISED, STATUTORY, WATCH = "promised", "statutory", "watch"
COMPLETION = (PROMISED, STATUTORY)


class TermError(ValueError):
    """The item has no such limit, variant, extension, window or option; one sentence.

    `options`: what there is instead.
    """

    def __init__(self, sentence: str, *, options: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.options = tuple(options)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """When does it end? `start` is the time of the limit's own start event.

    limit: "promised", "statutory", another name of the item's, "watch" for the internal step, or
    None for the one that drives. variant: an office's ("remote") or one of the item's ("renewal").
    """

    start: datetime
    limit: str | None = None
    variant: str | None = None
    choices: Choices = Choices()
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    restarts: tuple[Restart, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The limit that answers, its date with the derivation, and what it was compared with.

    `limit` None: the item prints none that could be asked. `due.date` None: `due.reason`.
    `steps`: the derivation, then which limit drives; each in Chinese and English.
    """

    limit: LimitRule | Limit | None
    due: Due
    steps: tuple[Step, ...]
    explanation: Explanation | None = None
    compared: Mapping[str, Due] = {}


def holding(text: ItemText, choices: Choices) -> tuple[LimitRule, ...]:
    """The limits of an item that hold for an application with these choices."""
    return tuple(rule for rule in text.limits if holds(rule.when, choices))


def driving(dues: Mapping[str, Due]) -> str | None:
    """The name of the limit that drives, of dues by name; None where neither has a date."""
    return governing({name: dues[name] for name in COMPLETION if name in dues})


def ask(text: ItemText, question: Question, calendar: Calendar) -> Answer:
    """Answer a question about an item.

    Raises:
        TermError: the item has no such limit, variant or extension. ClockError: a date that is
            out of the calendar, a restart that no rule allows.
    """
    question, office = _with_variant(text, question)
    asked = _asked(text, question)
    if not asked:
        return _nothing_printed(text, question, calendar)
    _check_variant(text, asked, office)
    if question.extended and not any(limit.extension for limit in asked):
        names = " or ".join(repr(limit.name) for limit in asked)
        raise TermError(f"The limit {names} of {text.id} has no extension.")
    explained = {
        limit.name: explain(
            limit,
            question.start,
            calendar,
            pauses=question.pauses,
            extended=question.extended and limit.extension is not None,
            variant=office if office in limit.variants else None,
            restarts=question.restarts,
            hours=None if isinstance(text.hours, str) else text.hours.table(),
        )
        for limit in asked
    }
    dues = {name: why.due for name, why in explained.items()}
    first = governing(dues) or asked[0].name
    why = explained[first]
    steps = (*_fallback(question, first), *why.steps, *_compared(asked, first, dues))
    limit = next(limit for limit in asked if limit.name == first)
    return Answer(limit=limit, due=why.due, steps=steps, explanation=why, compared=dues)


def _with_variant(text: ItemText, question: Question) -> tuple[Question, str | None]:
    """The question with a variant of the item among its choices, and a variant of an office."""
    name = question.variant
    if name is None or any(name in limit.variants for limit in text.limits):
        return question, name
    if name in {variant.code for variant in text.variants}:
        choices = msgspec.structs.replace(question.choices, variant=name)
        return msgspec.structs.replace(question, choices=choices), None
    raise _unknown(text, "variant", name, _variants(text))


def _variants(text: ItemText) -> list[str]:
    own = {variant.code for variant in text.variants}
    return sorted(own.union(*(limit.variants for limit in text.limits)))


def _asked(text: ItemText, question: Question) -> tuple[LimitRule | Limit, ...]:
    """The limits that the question is about; several where the earlier of them answers."""
    name = question.limit
    hold = holding(text, question.choices)
    if name is None:
        return tuple(limit for limit in hold if limit.name in COMPLETION)
    if name == WATCH:
        return (watch_limit(licence=text.item_type == LICENCE),)
    found = [limit for limit in (*hold, *text.limits) if limit.name == name]
    if not found and name == PROMISED:
        found = [limit for limit in hold if limit.name == STATUTORY]
    if not found and name not in COMPLETION:
        known = [*COMPLETION, *(limit.name for limit in text.limits), WATCH]
        raise _unknown(text, "limit", name, list(dict.fromkeys(known)))
    return tuple(found[:1])


def _check_variant(text: ItemText, asked: Sequence[LimitRule | Limit], office: str | None) -> None:
    if office is not None and not any(office in limit.variants for limit in asked):
        with_it = [limit.name for limit in text.limits if office in limit.variants]
        raise TermError(
            f"The limit {asked[0].name!r} of {text.id} has no variant {office!r}; "
            f"{', '.join(with_it)} has.",
            options=with_it,
        )


def _unknown(text: ItemText, what: str, name: str, known: Sequence[str]) -> TermError:
    there = f"it has {', '.join(known)}" if known else "it has none"
    return TermError(f"The item {text.id} has no {what} {name!r}; {there}.", options=known)


def _nothing_printed(text: ItemText, question: Question, calendar: Calendar) -> Answer:
    """No date, and the reason: the item prints no limit, or none for these choices."""
    if question.extended:
        raise TermError(f"The item {text.id} has no limit that could be extended.")
    names = ", ".join(limit.name for limit in text.limits)
    conditional = [limit.name for limit in text.limits if limit.name in COMPLETION]
    if conditional:
        words = Words(
            f"该事项的办结时限因办理情形而异（{'、'.join(_variants(text))}），请注明情形。",
            f"The limit depends on the case: name the variant ({', '.join(_variants(text))}).",
        )
    else:
        asked = "statutory" if question.limit == STATUTORY else "promised or statutory"
        which = {STATUTORY: "法定办结时限"}.get(question.limit or "", "承诺或者法定办结时限")
        other = Words(f"；另有时限：{names}", f"; it has: {names}") if names else Words("", "")
        words = Words(
            f"来源文件未载明{which}{other.zh}。",
            f"The source prints no {asked} limit{other.en}.",
        )
    step = Step("no-limit", {"limits": [limit.name for limit in text.limits]}, words.zh, words.en)
    return Answer(
        limit=None,
        due=Due(None, None, reason=words.en, calendar_version=calendar.version),
        steps=(step,),
    )


def _fallback(question: Question, answered: str) -> tuple[Step, ...]:
    if question.limit != PROMISED or answered == PROMISED:
        return ()
    return (
        Step(
            "fallback",
            {"asked": PROMISED, "answered": answered},
            "来源文件未载明承诺办结时限，适用法定办结时限。",
            "The source prints no promised limit; the statutory one applies.",
        ),
    )


def _compared(
    asked: Sequence[LimitRule | Limit], first: str, dues: Mapping[str, Due]
) -> tuple[Step, ...]:
    """Why this limit and not the other: the earlier one is due, and crossing either is a fact."""
    others = [limit for limit in asked if limit.name != first]
    if not others:
        return ()
    other = others[0]
    mine = limit_title(next(limit for limit in asked if limit.name == first))
    theirs, day = limit_title(other), dues[other.name].date
    told = day_words(day) if day else Words("（暂无到期日）", "(without a date)")
    return (
        Step(
            "drives",
            {"limit": first, "compared": {name: due.date for name, due in dues.items()}},
            f"{theirs.zh}届满日为 {told.zh}；以先届满的{mine.zh}为准，逾越任一时限均予记录。",
            f"The {theirs.en} ends {told.en}; the {mine.en} ends first and is due. Crossing "
            "either is recorded.",
        ),
    )
