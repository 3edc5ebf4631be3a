"""Why: grounds of a refusal, citations, pauses and missing materials as a good office says them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from shared.case import Case
from shared.case.deciding.asked_at_once import asked_at_once
from shared.case.deciding.originals import originals_to_fetch
from shared.case.deciding.unmet import ended, unmet_sentence
from shared.case.facts.parts import Missing, Reason
from shared.case.intake.acceptance import CaseNotAccepted, WhyNotAccepted
from shared.catalogue import Item
from shared.clock import CAUSES


def unmet(reasons: Sequence[Reason], item: Item | None = None) -> tuple[str, str]:
    """What was not met, in Chinese and English: in the words of the item's file, if it has any."""
    said = {} if item is None else {one.code: one for one in item.text.review.criteria}
    told = [unmet_sentence(one.criterion, one.text, said.get(one.criterion)) for one in reasons]
    return "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)


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
    asked = asked_at_once(missing, item)
    zh, en = [one.zh for one in asked], [one.en for one in asked]
    if len(asked) == 1 and asked[0].alternatives:
        return zh[0].replace("以下之一：", "以下材料之一：", 1), en[0]
    return "以下材料：" + "、".join(zh), ", ".join(en)


# Why the rules alone did not accept an application; an officer's grounds stand in Chinese alone.
_NOT_ACCEPTED_EN: Mapping[WhyNotAccepted, str] = MappingProxyType(
    {
        "supplement-incomplete": "papers are still missing after the one request",
        "supplement-lapsed": "the papers that were asked for did not come in time",
        "payment-lapsed": "the fee was not paid in time",
    }
)


def why_not_accepted(fact: CaseNotAccepted, item: Item) -> Mapping[str, str]:
    """Why, what is missing still, and that one may apply again with it."""
    zh, en = ended(fact.reason), _NOT_ACCEPTED_EN.get(fact.why, ended(fact.reason))
    if not fact.missing or fact.why == "payment-lapsed":
        return {"reason_zh": zh, "reason_en": en, "again_zh": "", "again_en": ""}
    absent_zh, absent_en = supplement_words(fact.missing, item)
    return {
        "reason_zh": f"{zh}，缺少{absent_zh}",
        "reason_en": f"{en}; missing: {absent_en}",
        "again_zh": "补齐后可以重新申请。",
        "again_en": " With these you may apply again.",
    }


def originals_kept(case: Case, item: Item) -> Mapping[str, str]:
    """That the originals which the office keeps are to be fetched, and how (R-033)."""
    told = originals_to_fetch(case, item)
    if told is None:
        return {"originals_zh": "", "originals_en": ""}
    return {"originals_zh": told.zh, "originals_en": f" {told.en}"}
