"""The values that the words of notices take from events, cases and items: dates, places, reasons.

Dates are those of Asia/Shanghai; money has a file of its own. Nothing here names a person.
"""

from collections.abc import Mapping

from services.notify.words import reasons
from services.notify.words.collecting import PLAINLY, what_to_bring
from services.notify.words.dates import day_en, day_zh
from services.notify.words.money import fee, refund
from shared.case import Case, Fact
from shared.case.deciding.unmet import cited, ended
from shared.case.facts.parts import Grant
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.supplement import SupplementReminded, SupplementRequested
from shared.case.issuance.document import RenewalOpened
from shared.case.issuance.handover import DocumentDispatched, DocumentReady, DocumentUnclaimed
from shared.case.next.position import destroy_after
from shared.case.review.limits import (
    ClockPaused,
    ClockResumed,
    DelayExplained,
    LimitExtended,
    LimitRestarted,
)
from shared.case.review.steps import PublicNoticePublished, StepCompleted, VisitArranged
from shared.case.review.upkeep import ReviewFactCorrected
from shared.case.review.verdict import CaseRefused
from shared.catalogue import Item
from shared.catalogue.rules.remedies import remedy_sentence
from shared.clock import limit_begins, limit_title


def number_told(case: Case) -> str:
    """What people call the case: its number, or the id of a case from before there were numbers."""
    return case.number or case.id


def due(_fact: Fact, case: Case, item: Item) -> Mapping[str, str]:
    """The due date that the applicant is told, or from when on their limit counts."""
    date_told = case.driving_due
    if date_told is None or date_told.due is None:
        return _no_date_yet(item)
    sure_zh, sure_en = ("（暂定）", " (provisional)") if date_told.provisional else ("", "")
    return {
        "due_zh": f"预计于{day_zh(date_told.due)}{sure_zh}前办结。",
        "due_en": f"It is due by {day_en(date_told.due)}{sure_en}.",
    }


_BEGUN_AT_ACCEPTANCE = frozenset(
    {"submitted", "received", "materials-complete", "paid", "accepted", "told", "happened"}
)


def _no_date_yet(item: Item) -> Mapping[str, str]:
    later = (
        limit
        for limit in item.text.limits
        if limit.rank in {"promise", "law"}
        and limit.party != "applicant"
        and limit.start_event not in _BEGUN_AT_ACCEPTANCE
    )
    promise_first = sorted(later, key=lambda limit: limit.rank != "promise")
    for limit in promise_first:
        begins = limit_begins(limit)
        if begins is not None:
            return {
                "due_zh": f"办理期限{begins.zh}，可随时查询办理进度。",
                "due_en": f"The time limit {begins.en}; its progress can be asked at any time.",
            }
    return {
        "due_zh": "该事项未公布办理期限，可随时查询办理进度。",
        "due_en": "No time limit is published for it; its progress can be asked at any time.",
    }


def migrated(fact: CaseMigrated, case: Case, item: Item) -> Mapping[str, str]:
    """The version, and what is to be paid or when it is due, where a move changed that."""
    told = {"version": fact.to_pin.version, "now_zh": "", "now_en": ""}
    if case.accepted is None and not case.fee_paid:
        words = fee(fact, case, item)
        return told | {"now_zh": words["pay_zh"], "now_en": f" {words['pay_en']}"}
    if case.accepted is not None:
        words = due(fact, case, item)
        return told | {"now_zh": words["due_zh"], "now_en": f" {words['due_en']}"}
    return told


def missing(fact: SupplementRequested, _case: Case, item: Item) -> Mapping[str, str]:
    """Everything that is missing, alternatives as alternatives, and until when."""
    zh, en = reasons.supplement_words(fact.missing, item)
    return {"zh": zh, "en": en, "until_zh": day_zh(fact.due_at), "until_en": day_en(fact.due_at)}


def still_missing(fact: SupplementReminded, case: Case, item: Item) -> Mapping[str, str]:
    """What was asked for and has not come yet, and until when."""
    asked = case.supplement.fact.missing if case.supplement else ()
    absent = [one for one in asked if one.code not in case.supplement_given]
    zh, en = reasons.supplement_words(absent, item)
    return {"zh": zh, "en": en, "until_zh": day_zh(fact.due_at), "until_en": day_en(fact.due_at)}


def not_accepted(fact: CaseNotAccepted, case: Case, item: Item) -> Mapping[str, str]:
    """Why; where an officer decided so, the basis and the way to appeal; what goes back."""
    told = {"appeal_zh": "", "appeal_en": ""}
    if fact.appeal_deadline is not None:
        basis, until = cited(fact.legal_basis, item), fact.appeal_deadline
        zh, en = remedy_sentence(item.text, fact.appeal_body, day_zh(until), day_en(until))
        told = {"appeal_zh": f"依据：{basis}。{zh}", "appeal_en": f" Legal basis: {basis}. {en}"}
    why = reasons.why_not_accepted(fact, item)
    return {**why, **told, **reasons.originals_kept(case, item), **refund(case)}


def withdrawn(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """Whether the fee goes back."""
    return refund(case)


def refused(fact: CaseRefused, case: Case, item: Item) -> Mapping[str, str]:
    """Reasons, legal basis and the way to appeal (invariant 10)."""
    zh, en = reasons.unmet(fact.reasons, item)
    until = fact.appeal_deadline
    remedy = remedy_sentence(item.text, fact.appeal_body, day_zh(until), day_en(until))
    return {
        "reasons_zh": zh,
        "reasons_en": en,
        "basis": cited(fact.legal_basis, item),
        "remedy_zh": remedy[0],
        "remedy_en": remedy[1],
        **_explained(explained=fact.explained),
        **refund(case),
    }


def _explained(*, explained: bool) -> dict[str, str]:
    """Where the officer's own words are read, online and without: they are sealed, so not here."""
    if not explained:
        return {"explained_zh": "", "explained_en": ""}
    return {
        "explained_zh": "审查人员另写有书面说明：可登录办事网站，在“我的办件”中打开本件，到"
        "“我填写的内容”页查阅；不便上网的，可持有效身份证件到办理机关查阅。",
        "explained_en": " The officer wrote an explanation. Sign in to the website, open this case"
        " under “My cases”, and read it on the page “What I stated”; or read it at the office,"
        " with your identity document.",
    }


# The codes that the desk offers; any other one is said as it was typed.
CARRIERS: Mapping[str, tuple[str, str]] = {
    "ems": ("邮政EMS", "EMS"),
    "china-post": ("中国邮政", "China Post"),
    "sf-express": ("顺丰速运", "SF Express"),
    "jd-logistics": ("京东物流", "JD Logistics"),
    "zto-express": ("中通快递", "ZTO Express"),
    "yto-express": ("圆通速递", "YTO Express"),
}


def carrier(fact: DocumentDispatched, case: Case, item: Item) -> Mapping[str, str]:
    """Who carries it, and who pays for that where the item says it."""
    zh, en = CARRIERS.get(fact.carrier.casefold(), (fact.carrier, fact.carrier))
    on_receipt = any(
        rule.kind == case.delivery and rule.paid_by == "recipient" for rule in item.text.delivery
    )
    return {
        "carrier_zh": zh,
        "carrier_en": en,
        "postage_zh": "邮费到付，" if on_receipt else "",
        "postage_en": " The postage is paid on receipt." if on_receipt else "",
    }


def _valid(grant: Grant | None) -> Mapping[str, str]:
    """How long a granted result is valid; nothing where nobody said."""
    if grant is None or grant.valid is None:
        return {"valid_zh": "", "valid_en": ""}
    until = grant.valid.until
    if until is None:
        return {"valid_zh": "长期有效。", "valid_en": " It is valid without end."}
    return {
        "valid_zh": f"有效期至{day_zh(until)}。",
        "valid_en": f" It is valid until {day_en(until)}.",
    }


def valid_by_result(result: str, case: Case) -> Mapping[str, str]:
    """How long the granted result of that code is valid."""
    grants = case.approval.fact.grants if case.approval else ()
    return _valid(next((one for one in grants if one.result == result), None))


def made(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """How long the document that was made is valid."""
    number = case.document.grant if case.document else 0
    grants = case.approval.fact.grants if case.approval else ()
    return _valid(next((one for one in grants if one.grant == number), None))


def paused(fact: ClockPaused, _case: Case, _item: Item) -> Mapping[str, str]:
    """For what the limit stands still."""
    return reasons.pause(fact.cause)


def resumed(fact: ClockResumed, case: Case, item: Item) -> Mapping[str, str]:
    """What is over, and when the case is due now."""
    return {**reasons.pause(fact.cause), **due(fact, case, item)}


REASONS: Mapping[str, tuple[str, str]] = {
    "complex": ("案情复杂", "the case is complex"),
    "evidence": ("需进一步核实材料", "materials have to be verified further"),
    "third-party": ("需第三方配合", "a third party has to take part"),
    "force-majeure": ("不可抗力", "force majeure"),
    "other": ("其他正当理由", "another legitimate reason"),
}


def extended(fact: LimitExtended, case: Case, item: Item) -> Mapping[str, str]:
    """Why a limit was lengthened, and the due date now (R-084)."""
    zh, en = REASONS[fact.reason]
    return {"reason_zh": zh, "reason_en": en, **due(fact, case, item)}


LATE: Mapping[str, tuple[str, str]] = {
    "workload": ("业务量集中", "too much came in at once"),
    "evidence": REASONS["evidence"],
    "third-party": REASONS["third-party"],
    "system": ("信息系统故障", "an information system failed"),
    "force-majeure": REASONS["force-majeure"],
    "other": ("其他原因", "another reason"),
}


def delayed(fact: DelayExplained, case: Case, item: Item) -> Mapping[str, str]:
    """Which limit was missed and why, and that it goes on where nothing is decided yet."""
    zh, en = LATE[fact.reason]
    limit_zh, limit_en = _limit(fact.limit, item)
    told = {"limit_zh": limit_zh, "limit_en": limit_en, "reason_zh": zh, "reason_en": en}
    then = {"then_zh": "", "then_en": ""}
    if not (case.decided or case.rejected):
        then["then_zh"] = "办理机关正在继续办理，有结果后将立即通知您。"
        then["then_en"] = (
            " The office goes on with it and will tell you as soon as there is a result."
        )
    return told | then | _explained(explained=fact.explained)


def _limit(name: str, item: Item) -> tuple[str, str]:
    """What a limit of the item is called; a plain word where it has no name to be told."""
    named = (one for limit in item.text.limits for one in (limit, limit.follow_up) if one)
    found = next((one for one in named if one.name == name and one.rank != "internal"), None)
    title = limit_title(found) if found is not None else None
    if title is None or title.zh == name:
        return "办理期限", "time limit"
    return title.zh, title.en[:1].lower() + title.en[1:]


_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("姓名（名称）", "name"),
    "phone": ("联系电话", "telephone number"),
    "email": ("电子邮箱", "e-mail address"),
    "delivery_address": ("送达地址", "delivery address"),
}


def corrected(fact: ReviewFactCorrected, _case: Case, _item: Item) -> Mapping[str, str]:
    """Which field was put right; its values are sealed."""
    zh, en = _FIELDS.get(fact.field, ("信息", "information"))
    return {"field_zh": zh, "field_en": en}


def restarted(fact: LimitRestarted, case: Case, item: Item) -> Mapping[str, str]:
    """Which rule began the period anew, and the due date now."""
    return {"rule": fact.rule, **due(fact, case, item)}


def public_notice(fact: PublicNoticePublished, _case: Case, _item: Item) -> Mapping[str, str]:
    """Where the notice hangs, and for which days."""
    return {
        "since_zh": day_zh(fact.since),
        "until_zh": day_zh(fact.until),
        "since_en": day_en(fact.since),
        "until_en": day_en(fact.until),
        "place": fact.place,
    }


def visit(fact: VisitArranged, _case: Case, _item: Item) -> Mapping[str, str]:
    """When and where an inspection takes place; the address of the premises is not told."""
    return {
        "day_zh": day_zh(fact.day),
        "day_en": day_en(fact.day),
        "since": fact.since,
        "until": fact.until,
        "place_zh": fact.office or "您申请的场所",
        "place_en": fact.office or "the premises of your application",
    }


def rectified(fact: StepCompleted, _case: Case, _item: Item) -> Mapping[str, str]:
    """What is to be put right by which day, and where the officer's own words are read."""
    unmet = [one for one in fact.points if not one.met]
    told = {"points_zh": "", "points_en": "", "by_zh": "", "by_en": ""}
    if unmet:
        listed_zh = "；".join(ended(one.text) for one in unmet)
        listed_en = "; ".join(ended(one.text_en or one.text) for one in unmet)
        told["points_zh"] = f"以下要求尚未达到：{listed_zh}。"
        told["points_en"] = f" These requirements are not met yet: {listed_en}."
    if fact.rectify_by is not None:
        told["by_zh"] = f"请于{day_zh(fact.rectify_by)}24时前完成整改。"
        told["by_en"] = f" Please put it right by the end of {day_en(fact.rectify_by)}."
    return told | _explained(explained=fact.explained)


def office(fact: DocumentReady, _case: Case, _item: Item) -> Mapping[str, str]:
    """Where it lies ready, and what to bring."""
    return {"office": fact.office, **what_to_bring(fact.asks)}


def kept(fact: DocumentUnclaimed, case: Case, _item: Item) -> Mapping[str, str]:
    """Where it is kept, what to bring, and until which day where that is known (R-165)."""
    day = destroy_after(case)
    asked = case.document.asked if case.document else None
    told = {"office": fact.office, "until_zh": "", "until_en": ""}
    told |= what_to_bring(asked.asks) if asked else PLAINLY
    if day is not None:
        told["until_zh"] = f"保管至{day_zh(day)}，逾期将按规定销毁。"
        told["until_en"] = f" It is kept until {day_en(day)} and destroyed after that."
    return told


def renewal(fact: RenewalOpened, _case: Case, _item: Item) -> Mapping[str, str]:
    """Until when it is valid, and from when on it may be renewed."""
    return {
        "until_zh": day_zh(fact.until),
        "opens_zh": day_zh(fact.opens),
        "until_en": day_en(fact.until),
        "opens_en": day_en(fact.opens),
    }
