"""The words of each kind of paper: what is said before, between and after what it states. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from services.issuance.papers.drawn.content import (
    FACT,
    HolderData,
    PaperContent,
    PaperMatter,
    deed_of,
    paper_title,
    template_of,
    validity_rows,
)
from shared.case.deciding.asked_at_once import asked_at_once
from shared.case.deciding.originals import originals_to_fetch
from shared.case.deciding.unmet import cited_on_paper, unmet_sentence
from shared.case.facts.parts import Reason
from shared.case.issuance.paper import PaperKind
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.remedies import remedy_sentence
from shared.clock import local_day, printed_day


def content_of(kind: PaperKind, stated: PaperMatter, opened: HolderData) -> PaperContent:
    """What stands on a paper of this kind.

    Raises:
        ValueError: the case has nothing that such a paper could state.
    """
    return _KINDS[kind](stated, opened)


def _letter(stated: PaperMatter, opened: HolderData, **words: object) -> PaperContent:
    item, day = stated.item.text, local_day(stated.at)
    made = {
        "template": "letter",
        "authority": item.department_name or item.name,
        "number": stated.number,
        "holder": opened.name,
        "day": printed_day(day),
        "on": day,
    }
    return msgspec.convert({**made, **words}, PaperContent)


def _receipt(stated: PaperMatter, opened: HolderData) -> PaperContent:
    # It states the day of the application: what came since is not on it.
    came = stated.case.application.materials if stated.case.application else ()
    handed_in = dict.fromkeys(one.code for one in came)
    return _letter(
        stated,
        opened,
        title=paper_title("receipt", stated.item),
        title_en="Receipt of an application",
        before=(f"您申请办理的“{stated.item.text.name}”已于{_moment(stated.at)}收到。",),
        rows=_rows(stated, ("收到的材料", f"{len(handed_in)}种" if handed_in else "无")),
        listed=tuple(_material(stated, code) for code in handed_in),
        after=(
            "本回执证明材料已收到，不表示已经受理。是否受理、何时办结，将另行告知。",
            "请保存本回执。领取结果时，可以凭下方的校验码办理。",
        ),
        note_en="We received this application. This is not yet the acceptance of it. Keep this"
        " paper: its code is asked for when the result is collected.",
    )


def _request(stated: PaperMatter, opened: HolderData) -> PaperContent:
    asked = stated.case.supplement
    if asked is None:
        raise ValueError("nothing was asked for")
    until = printed_day(asked.fact.due.due or local_day(asked.fact.due_at))
    needed = asked_at_once(asked.fact.missing, stated.item)
    choose = "（写明“以下之一”的，任选一项补交）" if any(one.alternatives for one in needed) else ""
    return _letter(
        stated,
        opened,
        title=paper_title("supplement-request", stated.item),
        title_en="The one request for what is missing",
        before=(
            f"您申请办理的“{stated.item.text.name}”，材料不齐全或者不符合法定形式。",
            f"现一次性告知需要补正的全部内容{choose}：",
        ),
        listed=tuple(one.zh for one in needed),
        rows=_rows(stated, ("补正期限", f"{until}（含当日）")),
        after=(
            f"请在{until}前补交以上材料。逾期不补正的，本次申请不予受理，您可以重新申请。",
            *_basis(stated, (asked.fact.basis,)),
        ),
        note_en="These papers are missing. Hand them in until the day above; this is the only"
        " request. After it the application is not accepted, and you may apply again.",
    )


def _acceptance(stated: PaperMatter, opened: HolderData) -> PaperContent:
    due = stated.case.acceptance.fact.due if stated.case.acceptance else ()
    told = next((one for one in due if one.drives and one.due), None)
    until = printed_day(told.due) if told and told.due else ""
    limit = (("办理期限", f"{until}（含当日）前办结"),) if until else ()
    return _letter(
        stated,
        opened,
        title=paper_title("acceptance", stated.item),
        title_en="Notice of acceptance",
        before=(f"您申请办理的“{stated.item.text.name}”，经审查符合受理条件，予以受理。",),
        rows=_rows(stated, ("受理日期", printed_day(local_day(stated.at))), *limit),
        after=(
            "办理期限因节假日安排公布、依法中止或者延长而变化的，将另行告知。"
            if until
            else "办理期限确定后将另行告知。",
        ),
        note_en="Your application was accepted. The time limit is above; if it changes, you are"
        " told so.",
    )


def _non_acceptance(stated: PaperMatter, opened: HolderData) -> PaperContent:
    ended = stated.case.non_acceptance
    if ended is None:
        raise ValueError("the case was accepted, or is not decided yet")
    fact = ended.fact
    reasons = tuple(one.text for one in fact.reasons) or (fact.reason,)
    missing = tuple(f"缺少：{one.zh}" for one in asked_at_once(fact.missing, stated.item))
    return _letter(
        stated,
        opened,
        title=paper_title("non-acceptance", stated.item),
        title_en="Notice that an application is not accepted",
        before=(f"您申请办理的“{stated.item.text.name}”不予受理。理由如下：",),
        rows=_rows(stated),
        listed=(*reasons, *missing),
        after=(
            *_basis(stated, fact.legal_basis),
            *_explained(opened),
            *_remedy(stated, fact.appeal_body, fact.appeal_deadline),
            "您补齐材料或者符合条件后，可以重新申请。",
            *_originals(stated),
        ),
        note_en="The application is not accepted, for the reasons above. You may apply again."
        " Originals that the office keeps are fetched where they were handed in.",
    )


def _grant(stated: PaperMatter, opened: HolderData) -> PaperContent:
    approval = stated.case.approval
    if approval is None:
        raise ValueError("nothing was granted")
    what = deed_of(stated.item)
    basis = _basis(stated, stated.item.text.legal_basis)
    from_ = approval.fact.effective_from
    return _letter(
        stated,
        opened,
        title=paper_title("grant", stated.item),
        title_en="Decision to grant",
        before=(f"您申请办理的“{stated.item.text.name}”，经审查符合规定的条件，决定准予{what}。",),
        rows=_rows(
            stated,
            ("决定日期", printed_day(local_day(stated.at))),
            *((("生效日期", printed_day(from_)),) if from_ else ()),
        ),
        after=basis,
        note_en="The application is granted.",
    )


def _refusal(stated: PaperMatter, opened: HolderData) -> PaperContent:
    refusal = stated.case.refusal
    if refusal is None:
        raise ValueError("nothing was refused")
    fact, what = refusal.fact, deed_of(stated.item)
    return _letter(
        stated,
        opened,
        title=paper_title("refusal", stated.item),
        title_en="Decision to refuse",
        before=(f"您申请办理的“{stated.item.text.name}”，经审查，决定不予{what}。理由如下：",),
        rows=_rows(stated, ("决定日期", printed_day(local_day(stated.at)))),
        listed=tuple(_ground(stated, one) for one in fact.reasons),
        after=(
            *_explained(opened),
            *_basis(stated, fact.legal_basis),
            *_remedy(stated, fact.appeal_body, fact.appeal_deadline),
        ),
        note_en="The application is refused, for the reasons above. The way to appeal, and until"
        " when, is stated above.",
    )


def _slip(stated: PaperMatter, opened: HolderData) -> PaperContent:
    rule = _rule(stated)
    return _letter(
        stated,
        opened,
        template="slip",
        title=paper_title("slip", stated.item, rule),
        title_en="Production slip",
        rows=(
            ("姓名", opened.name),
            ("证件号码", opened.id_number or "（未填写）"),
            ("制证编号", stated.number),
            ("业务流水号", stated.case.number or stated.case.id),
            *validity_rows(stated.valid),
            ("送达方式", _WAYS.get(stated.case.delivery or "", "现场领取")),
            *((("送达地址", opened.address),) if opened.address else ()),
        ),
        after=("仅供制证使用。制证完成后，应当按规定销毁本单。",),
        note_en="For the producer alone: destroy it when the card is made.",
        photo=opened.photo,
    )


def _result(stated: PaperMatter, opened: HolderData) -> PaperContent:
    rule = _rule(stated)
    template = template_of(rule)
    if template == "slip":
        raise ValueError("a card is not drawn here: its slip is")
    number = (("编号", stated.number),) if stated.serial else ()
    answers = tuple(
        (_question(stated, code), opened.answers[code])
        for code in (one.removeprefix(FACT) for one in rule.must_show if one.startswith(FACT))
        if code in opened.answers
    )
    name = [("持有人" if template == "licence" else "申请人", opened.name)]
    if opened.members:
        name.append(("所涉人员", "、".join(opened.members)))
    says = {
        "payment": "经审核，决定给予以下待遇。发放金额和时间以发放通知为准。",
        "record": "以下事项已经登记，特此告知。",
        "confirmation": "以下事项已经确认，特此证明。",
    }
    return _letter(
        stated,
        opened,
        template=template,
        title=paper_title("result", stated.item, rule),
        title_en=rule.name_en,
        before=(says[rule.kind],) if rule.kind in says else (),
        rows=(
            *name,
            *number,
            ("事项", stated.item.text.name),
            *answers,
            *validity_rows(stated.valid),
        ),
        after=(rule.raw,) if rule.raw and template == "letter" else (),
        note_en="Whether this paper is valid is answered at the address below.",
    )


_KINDS: Mapping[PaperKind, Callable[[PaperMatter, HolderData], PaperContent]] = {
    "receipt": _receipt,
    "supplement-request": _request,
    "acceptance": _acceptance,
    "non-acceptance": _non_acceptance,
    "grant": _grant,
    "refusal": _refusal,
    "slip": _slip,
    "result": _result,
}
_WAYS: Mapping[str, str] = {"post": "邮寄", "pickup": "窗口领取", "on-the-spot": "当场领取"}


def _rows(stated: PaperMatter, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("业务流水号", stated.case.number or stated.case.id), *more)


def _rule(stated: PaperMatter) -> ResultRule:
    if stated.result is None:
        raise ValueError("a paper of a result without a result")
    return stated.result


def _moment(at: datetime) -> str:
    return printed_day(local_day(at))


def _material(stated: PaperMatter, code: str) -> str:
    rule = stated.item.material(code)
    asked = stated.case.supplement.fact.missing if stated.case.supplement else ()
    named = next((one.name for one in asked if one.code == code), "其他材料")
    return rule.name if rule is not None else named


def _originals(stated: PaperMatter) -> tuple[str, ...]:
    """That the originals which the office keeps are to be fetched."""
    told = originals_to_fetch(stated.case, stated.item)
    return (told.zh,) if told else ()


def _question(stated: PaperMatter, code: str) -> str:
    return next((one.name for one in stated.item.text.facts if one.code == code), code)


def _basis(stated: PaperMatter, basis: Sequence[str]) -> tuple[str, ...]:
    names = cited_on_paper(basis, stated.item)
    return (f"依据：{names}。",) if names else ()


def _explained(opened: HolderData) -> tuple[str, ...]:
    return (f"说明：{opened.explanation}",) if opened.explanation else ()


def _remedy(stated: PaperMatter, body: str, until: date | None) -> tuple[str, ...]:
    """What can be done against the decision, as the item's kind of remedy has it."""
    if not body or until is None:
        return ()
    return (remedy_sentence(stated.item.text, body, f"{printed_day(until)}（含当日）", "")[0],)


def _ground(stated: PaperMatter, reason: Reason) -> str:
    """Why it was refused: a criterion says what would have been right, so it never stands alone."""
    rules = {one.code: one for one in stated.item.text.review.criteria}
    told, _ = unmet_sentence(reason.criterion, reason.text, rules.get(reason.criterion))
    return f"{told}。"
