"""What a refusal says of a criterion that is not met, in Chinese and English, and its basis. Pure.

A criterion has the source's words, which say what would have been right (现场审查合格). Whoever is
refused is told that it was not: on the page, in the letter and in the message alike.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.outcome import CriterionRule

# What it means that the criterion of a step is not met, by the step's code.
STEPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
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
            (
                "the applicant has no right to this query, or this office does not keep the"
                " information"
            ),
        ),
    }
)
_STEP = re.compile(r"^step-(.+?)(-[0-9]+)?$")
_CITED = re.compile(r"^(《[^》]+》(?:（[^）]*）)?[^：]{0,40})：")
_LAW = re.compile("《|第[^，]{1,9}条")


def ended(text: str) -> str:
    """The text without its closing mark, so that a sentence can end with it."""
    return text.strip().rstrip("。；，.;")


def unmet_sentence(criterion: str, text: str, rule: CriterionRule | None) -> tuple[str, str]:
    """The sentence of the item's file, that of the step, or that the requirement is not met.

    `rule`: the criterion in the case's edition of the item; None for a step, or where the item
    prints none. `text`: the criterion as it is on record. Neither sentence has its closing mark.
    """
    if rule is not None and rule.unmet:
        return ended(rule.unmet), ended(rule.unmet_en or rule.unmet)
    step = _STEP.match(criterion)
    known = step and (STEPS.get(criterion.removeprefix("step-")) or STEPS.get(step[1]))
    if known is not None:
        return known
    said = ended(text)
    return f"经审查，不符合“{said}”的要求", f"the requirement “{said}” is not met"


def cited(bases: Sequence[str], item: Item | None = None) -> str:
    """The legal bases, each by name and article alone: the record of the decision has the text."""
    printed = {} if item is None else {one.sentence(): one for one in listed(item.text.legal_bases)}
    names = []
    for basis in bases:
        known, match = printed.get(basis), _CITED.match(basis)
        if known is not None:
            names.append(ended(msgspec.structs.replace(known, text="").sentence()))
        else:
            names.append(match[1] if match else ended(basis))
    return "；".join(dict.fromkeys(names))


def cited_on_paper(bases: Sequence[str], item: Item) -> str:
    """As `cited`; without sentences on how something is done, which name no law."""
    return cited([one for one in bases if _LAW.search(one) or "，" not in one], item)
