"""The charge of an application: only prescribed fees, and none where the source is silent.

R-131 to R-134. A fee may depend on the object, the grade, or first issue against replacement. The
answers that are still needed to know the amount are listed, never assumed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from shared.catalogue.definition.asking import Choice
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, When, holds
from shared.catalogue.definition.fees import FeeLine
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.words import CHANNEL_TITLES
from shared.catalogue.rules.limits_of_item import TermError

LARGEST_COUNT = 1000
_COUNT = re.compile(r"[0-9]{1,9}")
_ONE = ("variant", "channel", "representative")  # an application has exactly one of each


class Charged(msgspec.Struct, frozen=True):
    """A fee line that is charged `count` times."""

    line: FeeLine
    count: int

    @property
    def amount_fen(self) -> int:
        """The amount of the line times its count, in fen."""
        return self.line.amount_fen * self.count


class Need(msgspec.Struct, frozen=True):
    """A question whose answer decides the amount: its code and its possible options."""

    code: str
    name: str
    options: tuple[Choice, ...]


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """The fee for one application.

    amount_fen None: the source is silent (`chargeable` False) or `needs` are not answered yet.
    """

    amount_fen: int | None
    chargeable: bool
    basis: str
    lines: tuple[Charged, ...] = ()
    needs: tuple[Need, ...] = ()


def charge(
    text: ItemText,
    choices: Choices,
    *,
    options: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
) -> Charge:
    """The fee for an application with these choices.

    `options` are codes of fee lines that are alternatives; `counts` is the count of a line (default
    1). Raises TermError for a line that the item does not have, two lines of one group, or an
    invalid count.
    """
    fee = text.fee
    counted = dict(counts or {})
    chosen = frozenset(options)
    _check(text, chosen, counted)
    if not fee.chargeable:
        amount = None if fee.state == "unknown" else 0
        return Charge(amount_fen=amount, chargeable=False, basis=fee.basis)
    needs = (*_choices_needed(text, choices), *_lines_needed(text, choices, chosen))
    if needs:
        return Charge(amount_fen=None, chargeable=True, basis=fee.basis, needs=needs)
    lines = tuple(
        Charged(line, counted.get(line.code, 1))
        for line in fee.lines
        if holds(line.when, choices) and (line.choice is None or line.code in chosen)
    )
    total = sum(line.amount_fen for line in lines)
    return Charge(amount_fen=total, chargeable=True, basis=fee.basis, lines=lines)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a fee as `charge` takes them."""

    choices: Choices = Choices()
    lines: frozenset[str] = frozenset()
    counts: Mapping[str, int] = {}


def read_options(text: ItemText, words: Iterable[str]) -> Options:
    """The options that a person wrote: codes of fee lines (`plates`, `plates=2`) or of choices.

    A choice is a variant, a situation, a channel or a representative of the item. Raises TermError
    for any other word.
    """
    found: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    kinds = _codes(text)
    for word in words:
        code, equals, number = word.partition("=")
        matching = [name for name, codes in kinds.items() if code in codes]
        if not matching:
            known = list(dict.fromkeys(one for codes in kinds.values() for one in codes))
            there = f"it knows {', '.join(known)}" if known else "it has none"
            raise TermError(f"{text.id} has no option {code!r}; {there}.", options=known)
        if equals and ("line" not in matching or not _COUNT.fullmatch(number)):
            raise TermError(f"{word!r} is not how many of a fee line; write for example code=2.")
        if equals and counts.setdefault(code, int(number)) != int(number):
            raise TermError(f"{code!r} is given with two counts.")
        for kind in matching:
            found.setdefault(kind, set()).add(code)
    for kind in _ONE:
        if len(found.get(kind, ())) > 1:
            raise TermError(f"{' and '.join(sorted(found[kind]))} exclude each other.")
    chosen = {kind: min(found.get(kind, {""})) for kind in _ONE}
    return Options(
        choices=Choices(
            situations=frozenset(found.get("situation", ())),
            variant=chosen["variant"],
            representative=chosen["representative"],
            channel=chosen["channel"],
        ),
        lines=frozenset(found.get("line", ())),
        counts=counts,
    )


def _codes(text: ItemText) -> Mapping[str, tuple[str, ...]]:
    """The possible codes of options, by kind."""
    return {
        "line": tuple(line.code for line in text.fee.lines),
        "variant": tuple(variant.code for variant in text.variants),
        "situation": tuple(one.code for group in text.situations for one in group.choices),
        "channel": text.channels,
        "representative": tuple(rule.kind for rule in listed(text.representation)),
    }


def _check(text: ItemText, chosen: frozenset[str], counts: Mapping[str, int]) -> None:
    codes = [line.code for line in text.fee.lines]
    for name in sorted(chosen.union(counts)):
        if name not in codes:
            there = f"it has {', '.join(codes)}" if codes else "it has none"
            raise TermError(f"The fee of {text.id} has no line {name!r}; {there}.", options=codes)
    for name, count in counts.items():
        if not 1 <= count <= LARGEST_COUNT:
            raise TermError(f"{name!r} cannot be charged {count} times: 1 to {LARGEST_COUNT}.")
    groups: dict[str, str] = {}
    for line in text.fee.lines:
        if line.choice is None or line.code not in chosen:
            continue
        if line.choice in groups:
            raise TermError(f"{groups[line.choice]!r} and {line.code!r} exclude each other.")
        groups[line.choice] = line.code


def _lines_needed(text: ItemText, choices: Choices, chosen: frozenset[str]) -> tuple[Need, ...]:
    """Groups of alternative lines of which no line is chosen."""
    groups: dict[str, list[FeeLine]] = {}
    for line in text.fee.lines:
        if line.choice is not None and holds(line.when, choices):
            groups.setdefault(line.choice, []).append(line)
    titles = {group.code: group.name for group in text.fee.choices}
    return tuple(
        Need(group, titles.get(group, "收费项目"), tuple(_option(line) for line in lines))
        for group, lines in groups.items()
        if chosen.isdisjoint(line.code for line in lines)
    )


def most_of(line: FeeLine) -> int:
    """How many of a line one application may order: one, where nobody counts it in a unit."""
    return line.most or (LARGEST_COUNT if line.per else 1)


def _option(line: FeeLine) -> Choice:
    return Choice(code=line.code, name=line.name, name_en=line.name_en, raw=line.raw)


def _choices_needed(text: ItemText, choices: Choices) -> tuple[Need, ...]:
    """Unanswered questions of the application on which a fee line depends."""
    whens = [line.when for line in text.fee.lines if line.when]
    needs = []
    named = {code for when in whens for code in (*when.variant, *when.unless)}
    if not choices.variant and named.intersection(variant.code for variant in text.variants):
        needs.append(Need("variant", "办理情形", text.variants))
    named = {code for when in whens for code in (*when.situation, *when.unless)}
    for group in text.situations:
        codes = {choice.code for choice in group.choices}
        if group.choose == "one" and named & codes and not codes & choices.situations:
            needs.append(Need(group.code, group.name, group.choices))
    needs += _words_needed(whens, choices)
    return tuple(needs)


def _words_needed(whens: Sequence[When], choices: Choices) -> list[Need]:
    channels = dict.fromkeys(code for when in whens for code in when.channel)
    if channels and not choices.channel:
        titles = {code: CHANNEL_TITLES[code] for code in channels}
        named = [Choice(code=c, name=zh, name_en=en) for c, (zh, en) in titles.items()]
        return [Need("channel", "办理渠道", tuple(named))]
    return []
