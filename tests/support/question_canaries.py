"""Applications for an item that together ask all of its questions, each with a canary as answer.

A canary is an answer that its question takes and that no other question of the application has, as
far as its type has that many values: of yes and no there are two.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, product
from typing import Any

from msgspec.structs import replace

from services.intake.application.answers import passes, typed
from services.intake.application.checking import lacking
from services.intake.application.questions.kinds import longest
from shared.case import Rules
from shared.catalogue import Item, ItemText
from shared.catalogue.definition.asking import (
    CheckRule,
    FactRule,
    SituationGroup,
    with_answers,
)
from shared.catalogue.definition.choosing import Choices, When, holding, holds
from shared.catalogue.rules.applicants import applicants_of
from shared.catalogue.rules.charges import charge
from shared.clock import local_day, renewal_window
from tests.support.answers_given import as_body
from tests.support.http_walking import PERSON as HOLDER
from tests.support.made_up import COMPANY, HANDLER, numbered
from tests.support.walking import answers

DIGITS = "零一二三四五六七八九"
PERSON = {"name": "测试样例", "id_number": HOLDER["id_number"], "phone": "13900001111"}
_TELLING = frozenset({"text", "long-text", "address", "plate", "phone", "email"})
LEAST_TELLING = 5
DAYS = 400  # how far a day may be from another that its checks take


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One question of an application: its canary, and which entry of its section it is in."""

    fact: FactRule
    value: Any
    entry: int | None
    data_class: str

    @property
    def place(self) -> tuple[str, int | None]:
        """The question, and its entry."""
        return self.fact.code, self.entry

    @property
    def unlike_others(self) -> tuple[str, ...]:
        """The texts of the canary that stand nowhere else; none of a number, a day or a choice."""
        if isinstance(self.value, dict):
            texts = [self.value.get(part, "") for part in ("name", "number")]
        else:
            texts = [self.value] if self.fact.type in _TELLING else []
        return tuple(text for text in texts if len(text) > LEAST_TELLING)


@dataclass(frozen=True, kw_only=True)
class PlantedApplication:
    """The body of an application without its uploads, and each canary that stands in it."""

    body: Mapping[str, Any]
    materials: tuple[str, ...]
    planted: tuple[Planted, ...]


def applications(item: Item, rules: Rules, now: datetime) -> Iterator[PlantedApplication]:
    """As few applications as it takes, one after the other, for each question to be asked once."""
    text = item.text
    left = {fact.code for fact in text.facts}
    first = True
    while left or first:
        wanted = next((fact for fact in text.facts if fact.code in left), None)
        whens = _whens(text, wanted) if wanted else ()
        fixed = {code: any_of[0] for when in whens for code, any_of in when.answer.items()}
        made = _application(item, _choices_for(text, whens), fixed, rules, now)
        asked = {one.fact.code for one in made.planted}
        assert not left or left & asked, f"{item.id}: no application asks {sorted(left)}"
        left, first = left - asked, False
        yield made


def shows(row: Mapping[str, Any], one: Planted) -> bool:
    """Whether a row of an answer has this canary, under the Chinese title of its question."""
    if (row["code"], row["entry"]) != (one.fact.code, one.entry):
        return False
    if row["title"] != one.fact.name or row["step"] != one.fact.step:
        return False
    value = one.value
    if isinstance(value, bool):
        return row["value"] is value and row["shown"] == ("是" if value else "否")
    if one.fact.type in {"choice", "several"}:
        chosen = value if isinstance(value, list) else [value]
        words = [pick.name for pick in one.fact.choices if pick.code in chosen]
        return row["value"] == value and row["shown"] == "、".join(words)
    if isinstance(value, dict):
        stands = all(row["value"].get(part) == said for part, said in value.items())
        return stands and all(value[part] in row["shown"] for part in value if part != "id_kind")
    return bool(row["value"] == value)


# ---- what is chosen, so that a question is asked


def _whens(text: ItemText, fact: FactRule) -> tuple[When, ...]:
    """When it is asked, and when those are whose answers open it."""
    groups = {group.code: group for group in text.groups}
    section = groups.get(fact.group or "")
    whens = tuple(when for when in (fact.when, section.when if section else None) if when)
    opening = {code for when in whens for code in when.answer}
    before = (_whens(text, one) for one in text.facts if one.code in opening)
    return (*whens, *chain.from_iterable(before))


def _choices_for(text: ItemText, whens: tuple[When, ...]) -> Choices:
    """The first choices under which all of these hold."""
    variants = [one.code for one in text.variants] or [""]
    extra = sorted({code for when in whens for code in when.situation})
    kinds = sorted(applicants_of(text), key=lambda kind: kind != "person")
    for kind, variant in product(kinds, variants):
        for wanted in ((), *((code,) for code in extra)):
            choices = Choices(
                variant=variant,
                representative="" if kind == "person" else "unit-handler",
                channel=text.channels[0],
                applicant=kind,
            )
            avoided = {code for when in whens for code in when.unless}
            chosen = frozenset(_situations(text, choices, _opened_by(text, wanted), avoided))
            choices = replace(choices, situations=chosen)
            if all(holds(replace(when, answer={}), choices) for when in whens):
                return choices
    raise AssertionError(f"{text.id}: nothing that can be chosen fits {whens}")


def _opened_by(text: ItemText, wanted: Iterable[str]) -> set[str]:
    """These choices, and those that open the groups in which they stand."""
    found = set(wanted)
    for group in reversed(text.situations):
        if found & {one.code for one in group.choices} and group.when:
            found |= set(group.when.situation[:1])
    return found


def _situations(
    text: ItemText, choices: Choices, wanted: set[str], avoided: set[str]
) -> tuple[str, ...]:
    chosen: tuple[str, ...] = ()
    for group in text.situations:
        if holds(group.when, replace(choices, situations=frozenset(chosen))):
            chosen = (*chosen, *_picked(group, wanted, avoided))
    return chosen


def _picked(group: SituationGroup, wanted: set[str], avoided: set[str]) -> tuple[str, ...]:
    codes = [one.code for one in group.choices]
    mine = [code for code in codes if code in wanted]
    if not mine and group.required:
        mine = [code for code in codes if code not in avoided]
    return tuple(mine[:1])


# ---- what is stated


def _application(
    item: Item, choices: Choices, fixed: Mapping[str, Any], rules: Rules, now: datetime
) -> PlantedApplication:
    text = item.text
    ways = [way.kind for way in holding(text.delivery, choices)] or ["on-the-spot"]
    needs = charge(text, choices).needs
    lines = {line.choice for line in text.fee.lines}
    stated = dict(answers(item, choices, rules, now, fixed))
    once = tuple(_once(item, choices, stated, fixed, rules=rules, now=now))
    choices = with_answers(text.asked_in_order, choices, stated)
    planted = (*once, *_in_entries(text, choices, stated))
    kind = choices.applicant
    acting = {"representation": "unit-handler", "representative": HANDLER}
    members = {"members": [HANDLER]} if kind == "unit" else {}
    company = {"applicant": COMPANY | {"kind": kind}, **acting, **members}
    body = {
        "item": text.id,
        "channel": choices.channel,
        "delivery": ways[0],
        "declared": True,
        "situations": sorted(choices.situations),
        "options": [need.options[0].code for need in needs if need.code in lines],
        "facts": as_body(stated),
        **({"variant": choices.variant} if choices.variant else {}),
        **({"delivery_address": "某县某街1号"} if ways[0] == "post" else {}),
        **({"applicant": PERSON} if kind == "person" else company),
    }
    papers = tuple(rule.code for rule in lacking(item, choices, frozenset()))
    return PlantedApplication(body=body, materials=papers, planted=planted)


def _once(
    item: Item,
    choices: Choices,
    stated: dict[str, Any],
    fixed: Mapping[str, Any],
    *,
    rules: Rules,
    now: datetime,
) -> Iterator[Planted]:
    """A canary for each question that is asked once; its checks hold as they did before.

    An answer may open or close the questions after it: what is not asked is not stated.
    """
    order = item.text.asked_in_order
    sections = {group.code: group.data_class for group in item.text.groups}
    for n, fact in enumerate(order, 1):
        asked = with_answers(order, choices, stated)
        if not holds(fact.when, asked):
            stated.pop(fact.code, None)
            continue
        checks = holding(item.text.checks, asked)
        mine = [one for one in checks if fact.code in {one.fact, *_days_of(one)}]
        tries = () if fact.code in fixed else _canaries(fact, n, stated.get(fact.code))
        for value in tries:
            tried = {**stated, fact.code: value}
            fine = _pass(item, with_answers(order, choices, tried), mine, tried, now)
            if fine and _may_come(item, choices, tried, rules, now):
                stated[fact.code] = value
                break
        assert fact.code in stated, f"{item.id}: nothing answers {fact.code}"
        yield Planted(
            fact=fact,
            value=as_body(stated)[fact.code],
            entry=None,
            data_class=fact.data_class or sections.get(fact.group or "") or "",
        )


def _days_of(check: CheckRule) -> set[str]:
    named = (check.before, check.after, check.earliest, check.latest)
    return {one for one in (*named, check.at_least, check.at_most, check.since) if one}


def _pass(
    item: Item, choices: Choices, checks: list[CheckRule], tried: dict[str, Any], now: datetime
) -> bool:
    known = typed(item, choices, tried)
    return all(passes(one, known, now) is not False for one in checks if one.effect == "refuse")


def _may_come(
    item: Item, choices: Choices, stated: Mapping[str, Any], rules: Rules, now: datetime
) -> bool:
    """Whether somebody whose licence ends on the stated day may renew it now."""
    calendar = rules.calendar_of(item)
    return all(
        renewal_window(one, stated[one.fact], calendar).is_open(local_day(now))
        for one in item.text.renewals
        if holds(one.when, choices) and one.fact in stated
    )


def _in_entries(text: ItemText, choices: Choices, stated: dict[str, Any]) -> Iterator[Planted]:
    """Two entries of each section that takes two, every answer another."""
    n = 500
    for group, rule in text.with_entries:
        if not holds(group.when, choices):
            continue
        entries: list[dict[str, Any]] = []
        for number in range(1, min(rule.most, max(2, rule.least)) + 1):
            entries.append({})
            for fact in text.asked_in(group):
                n += 1
                value = as_body({"it": next(_canaries(fact, n, None))})["it"]
                entries[-1][fact.code] = value
                yield Planted(
                    fact=fact,
                    value=value,
                    entry=number,
                    data_class=group.data_class or fact.data_class or "",
                )
        stated[group.code] = entries


def _canaries(fact: FactRule, n: int, known: Any) -> Iterator[Any]:
    """Answers that the type takes, the least likely to stand elsewhere first."""
    match fact.type:
        case "boolean":
            yield from ([True, False] if n % 2 else [False, True])
        case "choice":
            codes = [one.code for one in fact.choices]
            yield from (codes[n % len(codes) :] + codes[: n % len(codes)])
        case "several":
            codes = [one.code for one in fact.choices]
            yield from (codes[n % len(codes) :], codes)
        case "integer" | "decimal":
            yield from _numbers(fact, n, known)
        case "date":
            yield from _dates(n, known)
        case _:
            yield _TEXTS.get(fact.type, _text)(fact, n)


def _numbers(fact: FactRule, n: int, known: Any) -> Iterator[Any]:
    low = 0 if fact.least is None else fact.least
    high = low + 9999 if fact.most is None else fact.most
    near = int(known) if isinstance(known, int) and not isinstance(known, bool) else low
    tried = (low + 3700 + n, near + n, near - n, low + n, high - n, low, high, near)
    part = "" if fact.type == "integer" else f".{n % 9 + 1}"
    for number in tried:
        if low <= number <= high:
            whole = number == high or not part
            yield number if fact.type == "integer" else f"{number}{'' if whole else part}"


def _dates(n: int, known: Any) -> Iterator[date]:
    base = known if isinstance(known, date) else date(2026, 10, 1)
    for days in (*(n * 7 + step for step in range(-DAYS, DAYS, 100)), n, -n):
        yield base + timedelta(days=days)
    yield base


def _cjk(n: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in f"{n:03}")


def _text(fact: FactRule, n: int) -> str:
    return f"金丝雀{_cjk(n)}号"[-longest(fact) :]


def _named(fact: FactRule, n: int) -> dict[str, str]:
    named = {"name": f"金丝雀·{_cjk(n)}", "phone": f"13900{n:06}"}
    if not fact.identified:
        return named
    if fact.type == "organisation":
        return named | {"id_number": COMPANY["id_number"]}
    return named | {"id_kind": "resident-id", "id_number": _resident(n)}


def _resident(n: int) -> str:
    return numbered("650102", f"{date(1970, 1, 1) + timedelta(days=n):%Y%m%d}", f"{n:03}")


_TEXTS: Mapping[str, Callable[[FactRule, int], Any]] = {
    "account": lambda _, n: {"bank": f"金丝雀{_cjk(n)}支行", "number": f"62220000{n:08}"},
    "phone": lambda _, n: f"13900{n:06}",
    "email": lambda _, n: f"canary-{n:03}@example.org",
    "postcode": lambda _, n: f"83{n:04}",
    "person": _named,
    "organisation": _named,
    "plate": lambda _, n: f"新A{n:05}",
}
