"""The sentences about changes for applicants between two editions of an item, field by field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from shared.catalogue.definition.asking import MaterialRule
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.fees import yuan
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.lengths import length_zh, limit_words
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.editions.changes_of_offices import offices_told
from shared.catalogue.editions.differences import differences
from shared.catalogue.rules.remedies import remedy_of
from shared.clock.telling.wording import Words, amount, limit_title

Told = Iterator[Words]
NEW, GONE, CHANGED = Words("新增", "New"), Words("取消", "No longer"), Words("变更", "Changed")
SILENCE: Mapping[str, str] = MappingProxyType({"none": "无须提交", "unknown": "来源未载明"})


def _offer(was: ItemText, now: ItemText) -> Told:
    if was.offered and not now.offered:
        yield Words(
            f"不再受理：{now.not_offered_because_zh or '未说明原因'}",
            f"It can no longer be applied for: {now.not_offered_because or 'no reason given'}",
        )
    elif now.offered and not was.offered:
        yield Words("现在可以申请。", "It can be applied for now.")


def _name(was: ItemText, now: ItemText) -> Told:
    if was.name != now.name:
        yield Words(
            f"名称改为“{now.name}”，原名“{was.name}”。",
            f"It is called {now.name}; it was called {was.name}.",
        )


def _fee(was: ItemText, now: ItemText) -> Told:
    old, new = _amounts(was), _amounts(now)
    for code in [*old, *(code for code in new if code not in old)]:
        name = (new if code in new else old)[code][0]
        amounts = _yuan(old.get(code, ("", 0))[1]), _yuan(new.get(code, ("", 0))[1])
        if code not in new:
            yield _both(
                name,
                f"不再收费（原 {amounts[0].zh}）",
                f" is no longer charged (it was {amounts[0].en})",
            )
        elif code not in old:
            yield _both(
                name,
                f"收费 {amounts[1].zh}，此前不收费",
                f" costs {amounts[1].en}; it was not charged",
            )
        elif old[code][1] != new[code][1]:
            word = Words("提高", "more") if new[code][1] > old[code][1] else Words("降低", "less")
            yield _both(
                name,
                f"收费{word.zh}：由 {amounts[0].zh}改为 {amounts[1].zh}",
                f" costs {word.en}: {amounts[1].en} instead of {amounts[0].en}",
            )
    yield from _fee_terms(was, now, same=old == new, charged=bool(old and new))


def _fee_terms(was: ItemText, now: ItemText, *, same: bool, charged: bool) -> Told:
    if was.fee.basis != now.fee.basis:
        basis = now.fee.basis
        yield Words(
            f"收费依据：{basis or '未列明'}。",
            f"The fee rests on {basis or 'nothing that is named'}.",
        )
    if (was.fee.state, was.fee.charged) != (now.fee.state, now.fee.charged) and same:
        yield Words(
            f"收费情况由 {was.fee.state} 改为 {now.fee.state}。",
            f"The fee is now: {now.fee.state}; it was: {was.fee.state}.",
        )
    if charged and was.fee.pay_within_days != now.fee.pay_within_days:
        days, before = now.fee.pay_within_days, was.fee.pay_within_days
        yield Words(
            f"缴费期限由{before}日改为{days}日。",
            f"It must be paid within {days} days instead of {before}.",
        )
    lost = [reason for reason in was.fee.refund_on if reason not in now.fee.refund_on]
    if charged and lost:
        yield Words(
            f"下列情形不再退费：{'、'.join(lost)}。",
            f"The fee is no longer given back when: {', '.join(lost)}.",
        )


def _amounts(item: ItemText) -> dict[str, tuple[str, int]]:
    if not item.fee.chargeable:
        return {}
    return {line.code: (line.name, line.amount_fen) for line in item.fee.lines}


def _both(name: str, zh: str, en: str) -> Words:
    """Two sentences, Chinese and English, that begin with the same name."""
    return Words(f"{name}{zh}。", f"{name}{en}.")


def _yuan(fen: int) -> Words:
    amount = yuan(fen)
    return Words(f"{amount}元", f"{amount} yuan")


def _limits(was: ItemText, now: ItemText) -> Told:
    old, new = (
        {limit.name: limit for limit in item.limits if limit.rank != "internal"}
        for item in (was, now)
    )
    for name in [*old, *(name for name in new if name not in old)]:
        title = limit_title(new[name] if name in new else old[name]).zh
        if name not in new:
            zh = f"{title}（{length_zh(old[name])}）取消。"
            yield Words(zh, f"The limit {name} ({limit_words(old[name])}) is gone.")
        elif name not in old:
            zh = f"新增{title}：{length_zh(new[name])}。"
            yield Words(zh, f"There is a limit {name}: {limit_words(new[name])}.")
        elif limit_words(old[name]) != limit_words(new[name]):
            way = _direction(old[name], new[name])
            words = f"{limit_words(new[name])} instead of {limit_words(old[name])}"
            zh = f"{title}{way.zh}：由{length_zh(old[name])}改为{length_zh(new[name])}。"
            yield Words(zh, f"The limit {name}{way.en}: {words}.")
        elif old[name] != new[name]:
            places = "; ".join(differences(old[name], new[name])) or "words"
            yield Words(f"{title}有变化：{places}。", f"The limit {name} changes in: {places}.")


def _direction(old: LimitRule, new: LimitRule) -> Words:
    if old.unit != new.unit or old.n is None or new.n is None or old.n == new.n:
        return Words("变更", " changes")
    return Words("缩短", " is shorter") if new.n < old.n else Words("延长", " is longer")


def _materials(was: ItemText, now: ItemText) -> Told:
    if isinstance(now.materials, str) and was.materials != now.materials:
        yield Words(
            f"申请材料现为：{SILENCE[now.materials]}。",
            f"Which materials are asked for is now: {now.materials}.",
        )
    old = {rule.code: rule for rule in listed(was.materials)}
    new = {rule.code: rule for rule in listed(now.materials)}
    for code, rule in old.items():
        if code not in new:
            yield _both(rule.name, "不再要求提交", " is no longer asked for")
        elif rule != new[code]:
            yield from _material(rule, new[code])
    for code, rule in new.items():
        if code not in old:
            must = rule.required
            verb = (
                Words("须提交", "is asked for") if must else Words("可以提交", "may be handed in")
            )
            where = _where(rule)
            yield _both(rule.name, f"{verb.zh}{where.zh}", f" {verb.en}{where.en}")


def _material(was: MaterialRule, now: MaterialRule) -> Told:
    if was.required != now.required:
        must = Words("须提交", "must") if now.required else Words("不必提交", "need not")
        yield _both(now.name, must.zh, f" {must.en} be handed in")
    if (was.form, was.copies) != (now.form, now.copies):
        forms = [f"{rule.form or 'any form'}, {rule.copies or 1}x" for rule in (now, was)]
        yield _both(
            now.name,
            f"的形式由 {forms[1]} 改为 {forms[0]}",
            f" is asked for as {forms[0]} instead of {forms[1]}",
        )
    if (was.when, was.one_of) != (now.when, now.one_of):
        where = _where(now)
        yield _both(
            now.name,
            f"的提交对象改为{where.zh or '所有申请人'}",
            f" is asked for{where.en or ' from everybody'}",
        )
    told = {name: getattr(now, name) for name in ("required", "form", "copies", "when", "one_of")}
    if places := "; ".join(differences(msgspec.structs.replace(was, **told), now)):
        yield _both(now.name, f"的要求有变化：{places}", f" changes in: {places}")


def _said(answer: bool | str) -> str:  # noqa: FBT001
    return answer if isinstance(answer, str) else "yes" if answer else "no"


def _where(rule: MaterialRule) -> Words:
    words: dict[str, Any] = msgspec.to_builtins(rule.when) if rule.when else {}
    answers: Mapping[str, Sequence[bool | str]] = words.pop("answer", {})
    words |= {code: [_said(one) for one in wanted] for code, wanted in answers.items()}
    chosen: Mapping[str, Sequence[str]] = {key: codes for key, codes in words.items() if codes}
    zh = "、".join(f"{key} {'或'.join(codes)}" for key, codes in chosen.items())
    en = ", ".join(f"{key} {' or '.join(codes)}" for key, codes in chosen.items())
    text = Words(f"（仅限 {zh}）", f" (only {en})") if chosen else Words("", "")
    if not rule.one_of:
        return text
    one = rule.one_of
    return Words(f"{text.zh}（{one} 中任选其一）", f"{text.en} (one of {one} is enough)")


def _listed(
    field: str, zh: str, what: str, of: Callable[[Any], str]
) -> Callable[[ItemText, ItemText], Told]:
    """A rule for a field that is a list: entries added, removed and changed."""

    def told(was: ItemText, now: ItemText) -> Told:
        old, new = ({of(one): one for one in _all(item, field)} for item in (was, now))
        gone = [name for name in old if name not in new]
        come = [name for name in new if name not in old]
        other = [name for name in new if name in old and new[name] != old[name]]
        for names, how in ((come, NEW), (gone, GONE)):
            if names:
                listed_zh, listed_en = "、".join(names), ", ".join(names)
                yield Words(f"{how.zh}{zh}：{listed_zh}。", f"{how.en} {what}: {listed_en}.")
        for name in other:
            places = "; ".join(differences(old[name], new[name]))
            said = f"{name} ({places})" if places else name
            yield Words(f"{CHANGED.zh}{zh}：{said}。", f"{CHANGED.en} {what}: {said}.")

    return told


def _all(item: ItemText, field: str) -> Sequence[Any]:
    value = getattr(item, field)
    return () if isinstance(value, str) else value


def _appeal(was: ItemText, now: ItemText) -> Told:
    if now.remedy is not None:
        if was.remedy != now.remedy:
            said = remedy_of(now)
            yield Words(
                f"对不予批准的决定，可在{said.days}日内向{said.body}寻求救济。",
                f"Against a refusal there is a remedy within {said.days} days at: {said.body}.",
            )
    elif was.appeal != now.appeal:
        yield Words(
            f"申请未获批准的，可在{now.appeal.days}日内向{now.appeal.body}申请复议。",
            f"A refusal can be appealed within {now.appeal.days} days at: {now.appeal.body}.",
        )


def _supplement(was: ItemText, now: ItemText) -> Told:
    if (was.supplement.n, was.supplement.kind) != (now.supplement.n, now.supplement.kind):
        unit = now.supplement.kind.replace("_", " ")
        yield Words(
            f"补正期限为{amount(now.supplement.n, now.supplement.kind).zh}。",
            f"What is missing must be handed in within {now.supplement.n} {unit}.",
        )


def titled(field: str) -> str:
    """The name of a field as the beginning of an English sentence."""
    return field.replace("_", " ").capitalize()


def _window(one: Any) -> str:
    """A window's identity, which is its kind: its days and its words may change."""
    return str(msgspec.to_builtins(one)["kind"])


def _payday(one: Any) -> str:
    """A pay day's identity, which is its party and attempt: its day may change."""
    party = f" {one.party}" if one.party else ""
    return f"{one.purpose}{party} {one.attempt}"


def _named(one: Any) -> str:
    return str(one.name)


RULES: tuple[tuple[str, Callable[[ItemText, ItemText], Told]], ...] = (
    ("offered", _offer),
    ("name", _name),
    ("fee", _fee),
    ("limits", _limits),
    ("materials", _materials),
    ("channels", _listed("channels", "办理渠道", "ways to apply", str)),
    ("offices", offices_told),
    ("delivery", _listed("delivery", "送达方式", "ways of delivery", lambda way: str(way.kind))),
    ("results", _listed("results", "办理结果", "results", _named)),
    ("variants", _listed("variants", "业务类别", "variants", _named)),
    ("situations", _listed("situations", "情形选项", "questions", _named)),
    ("groups", _listed("groups", "填报部分", "sections of questions", _named)),
    ("facts", _listed("facts", "填报事项", "facts to state", _named)),
    ("checks", _listed("checks", "条件", "conditions", lambda check: str(check.text))),
    (
        "windows",
        _listed("windows", "办理期间", "windows", _window),
    ),
    ("paydays", _listed("paydays", "发放或划扣日", "pay days", _payday)),
    ("appeal", _appeal),
    ("supplement", _supplement),
)
