"""Why: grounds of a refusal, citations, pauses and missing materials as a good office says them.

A stored reason has the criterion in the source's words, which say what would have been right
(现场审查合格). What is told is that it was not.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from shared.case.facts.parts import Missing, Reason
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.outcome import CriterionRule
from shared.clock import CAUSES

# What it means that the criterion of a step is not met, by the step's code.
STEPS: Mapping[str, tuple[str, str]] = {
    "service-on-party": (
        "未能依法送达被申请人",
        "the other party could not be served as the law demands",
    ),
    "public-notice-acceptance": (
        "受理公示期内有异议，且异议成立",
        "during the public notice of the acceptance an objection was made and upheld",
    ),
    "level": ("本级审核未通过", "a level of the review was not passed"),
    "external": ("外部系统或单位未能办理", "a step of another office was not completed"),
    "exam": ("考试或考核不合格", "the examination was not passed"),
    "inspection": ("现场审查不合格", "the on-site inspection was not passed"),
    "hearing": ("听证或庭审未能依法进行", "the hearing could not be held as the law demands"),
    "panel": ("专家评审未通过", "the panel of experts did not pass it"),
    "panel-2": ("高级评审未通过", "the second panel did not pass it"),
    "public-notice": (
        "公示期内有异议，且异议成立",
        "during the public notice an objection was made and upheld",
    ),
    "lookup": (
        "查询人无权查询，或者查询事项不属于本机关保存的信息",
        "the applicant has no right to this query, or this office does not keep the information",
    ),
}
_STEP = re.compile(r"^step-(.+?)(-[0-9]+)?$")
_CITED = re.compile(r"^(《[^》]+》(?:（[^）]*）)?[^：]{0,40})：")


def ended(text: str) -> str:
    """The text without its closing mark, so that a sentence can end with it."""
    return text.strip().rstrip("。；，.;")


def cited(bases: Sequence[str], item: Item | None = None) -> str:
    """The legal bases, each by name and article alone: the decision itself has the text."""
    printed = {} if item is None else {one.sentence(): one for one in listed(item.text.legal_bases)}
    names = []
    for basis in bases:
        known, match = printed.get(basis), _CITED.match(basis)
        if known is not None:
            names.append(ended(msgspec.structs.replace(known, text="").sentence()))
        else:
            names.append(match[1] if match else ended(basis))
    return "；".join(dict.fromkeys(names))


def unmet(reasons: Sequence[Reason], item: Item | None = None) -> tuple[str, str]:
    """What was not met, in Chinese and English: in the words of the item's file, if it has any."""
    said = {} if item is None else {one.code: one for one in item.text.review.criteria}
    told = [_unmet(reason, said.get(reason.criterion)) for reason in reasons]
    return "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)


def _unmet(reason: Reason, rule: CriterionRule | None) -> tuple[str, str]:
    if rule is not None and rule.unmet:
        return ended(rule.unmet), ended(rule.unmet_en or rule.unmet)
    step = _STEP.match(reason.criterion)
    known = STEPS.get(reason.criterion.removeprefix("step-")) or (
        STEPS.get(step[1]) if step else None
    )
    if known is not None:
        return known
    text = ended(reason.text)
    return f"经审查，不符合“{text}”的要求", f"the requirement “{text}” is not met"


_RECTIFICATION = {
    "pause_zh": "请按要求整改，整改时间不计入办理期限。",
    "pause_en": "Please put right what was named; the time for it does not count.",
    "over_zh": "整改已完成",
    "over_en": "What had to be put right is done",
}


def pause(code: str) -> Mapping[str, str]:
    """Why a limit stands still, and that it is over."""
    if code == "rectification":
        return _RECTIFICATION
    zh, en = CAUSES[code].zh.removeprefix("组织"), CAUSES[code].en
    return {
        "pause_zh": f"现正进行{zh}，{zh}时间不计入办理期限。",
        "pause_en": f"The {en} is under way; the time for it does not count.",
        "over_zh": f"{zh}已结束",
        "over_en": f"The {en} is over",
    }


def supplement_words(missing: Sequence[Missing], item: Item) -> tuple[str, str]:
    """What is asked for, in Chinese and English: of alternatives, one complete set is enough."""
    zh: list[str] = []
    groups: dict[str, dict[str, list[str]]] = {}
    for one in missing:
        rule = item.material(one.code)
        if rule is None or not rule.one_of:
            zh.append(one.name)
        else:
            sets = groups.setdefault(rule.one_of, {})
            sets.setdefault(rule.alternative or rule.code, []).append(one.name)
    en = list(zh)
    choices = [tuple(sets.values()) for sets in groups.values()]
    for each in choices:
        if len(each) == 1:
            zh += each[0]
            en += each[0]
        else:
            numbered = [f"（{_numeral(n)}）{'和'.join(one)}" for n, one in enumerate(each, 1)]
            zh.append("以下之一：" + "；".join(numbered))
            numbered = [f"({n}) {' and '.join(one)}" for n, one in enumerate(each, 1)]
            en.append("one of these: " + "; ".join(numbered))
    if len(zh) == 1 and zh[0].startswith("以下之一："):
        return zh[0].replace("以下之一：", "以下材料之一：", 1), en[0]
    return "以下材料：" + "、".join(zh), ", ".join(en)


def _numeral(n: int) -> str:
    return "一二三四五六七八九十"[n - 1] if n <= 10 else str(n)  # noqa: PLR2004 - ten numerals
