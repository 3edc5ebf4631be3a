"""What came of an application, by the kind of its item and of its results."""

from collections.abc import Mapping

from services.notify.words.dates import day_en, day_zh
from services.notify.words.values import number_told, valid_by_result
from shared.case import Case
from shared.case.issuance.handover import DocumentHandedOver
from shared.case.issuance.record import ResultRecorded
from shared.case.review.verdict import CaseApproved
from shared.catalogue import Item

# By template: nobody "approves" a petition, a query or an examination.
_DECIDED: Mapping[str, tuple[str, str, str, str]] = {
    "T02": ("查询已办理", "Your query was dealt with", "的查询已办理，", "was dealt with; "),
    "T07": ("已准予备案", "Your filing was accepted", "已准予备案，", "was filed; "),
    "T10": (
        "评审已有结论",
        "There is a conclusion",
        "已作出结论，",
        "was decided; ",
    ),
    "T11": ("业务已审结", "Your matter was decided", "已审结，", "was decided; "),
}
# Where the decision's paper is, in the words of the portal's pages.
_PAPER_ZH = (
    "决定书可登录办事网站，在“我的办件”中打开本件，到“我的文书”页下载；"
    "不便上网的，可持有效身份证件向办理机关索取。"
)
_PAPER_EN = (
    " The decision's letter can be downloaded: sign in to the website, open this case under"
    " “My cases”, page “My official letters”; or ask the office for it, with your identity"
    " document."
)
_APPROVED = ("审核通过", "Application approved", "已审核通过，", "was approved; ")

# What follows, by the kind of the first result.
_FOLLOWS: Mapping[str, tuple[str, str]] = {
    "electronic": ("{name}即将生成。", "the electronic result is made next."),
    "voucher": ("{name}即将出具。", "its voucher is made next."),
    "letter": ("{name}将依法送达。", "the letter will be served on you."),
    "confirmation": ("即将办结并告知您结果。", "you will be told the result."),
    "payment": (
        "{name}将按规定日期办理，日期另行告知。",
        "you will be told the day of the payment.",
    ),
    "record": ("办理结果将予登记。", "the result is recorded next."),
    "none": ("即将办结。", "it is closed next."),
}


def approved(fact: CaseApproved, case: Case, item: Item) -> Mapping[str, str]:
    """What was decided, and what follows: a document, a letter, a payment, an effect by silence."""
    title_zh, title_en, said_zh, said_en = _DECIDED.get(item.text.template, _APPROVED)
    told = {"title_zh": title_zh, "title_en": title_en, "said_zh": said_zh, "said_en": said_en}
    told |= {"paper_zh": _PAPER_ZH, "paper_en": _PAPER_EN}
    if fact.deemed:
        since = fact.effective_from
        return told | {
            "then_zh": f"期限内未提出异议，自{day_zh(since)}起生效。",
            "then_en": f"nobody objected in time, and it takes effect on {day_en(since)}.",
        }
    if item.text.review.decided_by == "system":
        return told | _saved(item)
    if case.makes_document:
        return told | {"then_zh": "即将制证。", "then_en": "the document will be made."}
    granted = {grant.result for grant in fact.grants}
    results = [one for one in item.text.results if one.code in granted] or item.text.results
    kind, name = (results[0].kind, results[0].name) if results else ("none", "")
    zh, en = _FOLLOWS.get(kind, ("结果将另行告知。", "you will be told the result."))
    return told | {"then_zh": zh.format(name=name), "then_en": en}


def _saved(item: Item) -> dict[str, str]:
    """What the system checked, granted and saved at once; nobody reviewed it (R-038)."""
    names = "、".join(one.name for one in item.text.results)
    return {
        "title_zh": "保存成功",
        "title_en": "Saved",
        "said_zh": "已通过系统验证，保存成功。",
        "said_en": "passed the system's checks and is saved.",
        "then_zh": f"{names}已经更新。",
        "then_en": "",
    }


def recorded(fact: ResultRecorded, case: Case, item: Item) -> Mapping[str, str]:
    """Which result is there, under its own name, and how long it is valid."""
    found = next((one for one in item.text.results if one.code == fact.result), None)
    told = {"title_zh": "办理结果已登记", "title_en": "The result is recorded"}
    what = {"what_zh": "办理结果已登记", "what_en": "The result of {case} is recorded"}
    if found is not None and found.kind in {"voucher", "letter", "electronic", "document"}:
        name = found.name_en or "result"
        told = {"title_zh": "办理结果已出具", "title_en": "The result is there"}
        what = {"what_zh": f"{found.name}已出具", "what_en": f"The {name} of {{case}} is there"}
    elif found is not None and found.kind == "record":
        what["what_zh"] = f"{found.name}已登记"
    what["what_en"] = what["what_en"].format(case=number_told(case))
    return {**told, **what, **valid_by_result(fact.result, case)}


_HANDED: Mapping[str, tuple[str, str, str, str]] = {
    "pickup": (
        "证件已领取",
        "Document collected",
        "您已领取业务{case}的证件，业务办结。",
        "You have collected the document of {case}; the case is complete.",
    ),
    "post": (
        "证件已送达",
        "Document delivered",
        "业务{case}的证件已由邮政送达，业务办结。",
        "The document of {case} was delivered by post; the case is complete.",
    ),
}
_DELIVERED = (
    "证件已送达",
    "Document delivered",
    "业务{case}的证件已送达，业务办结。",
    "The document of {case} was delivered; the case is complete.",
)


def handed_over(_fact: DocumentHandedOver, case: Case, _item: Item) -> Mapping[str, str]:
    """How the document came to its holder."""
    delivery = case.delivery or ""
    title_zh, title_en, zh, en = _HANDED.get(delivery, _DELIVERED)
    return {
        "title_zh": title_zh,
        "title_en": title_en,
        "handed_zh": zh.format(case=number_told(case)),
        "handed_en": en.format(case=number_told(case)),
    }
