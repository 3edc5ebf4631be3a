"""What stands on a paper: from the case and its own edition of the item to words. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from shared.case import Case
from shared.case.facts.parts import Valid
from shared.case.issuance.paper import PaperKind
from shared.catalogue import Item
from shared.catalogue.definition.outcome import PaperTemplate, ResultRule
from shared.catalogue.rules.printed_number import printed_number
from shared.clock import local_day

LONG_TERM = "长期"
SINCE, UNTIL = "有效期自", "有效期至"
FACT = "fact:"
# What stands on each paper, whatever its item says.
ALWAYS = ("authority", "title", "holder", "number", "day")


class HolderData(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the applicant for one paper; `photo` is a `data:` address of a picture."""

    name: str
    id_number: str = ""
    address: str = ""
    explanation: str = ""
    photo: str = ""
    answers: dict[str, str] = {}


class PaperContent(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed, but the code and the QR. `rows`: label and value."""

    template: str
    title: str
    title_en: str
    authority: str
    number: str
    holder: str
    day: str
    on: date
    before: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    listed: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    note_en: str = ""
    photo: str = ""


class PaperMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper states: the case, its item, and of a result its rule, number and validity.

    `at` is the time of the event that the paper states.
    """

    case: Case
    item: Item
    at: datetime
    result: ResultRule | None = None
    serial: int = 0
    valid: Valid | None = None

    @property
    def number(self) -> str:
        """The number of the result, as it is printed; of the case where the result has none."""
        if self.result is None or not self.serial:
            return self.case.number or self.case.id
        return printed_number(self.result, self.serial, year=local_day(self.at).year)


def printed_day(day: date) -> str:
    """A day as it is printed."""
    return f"{day.year}年{day.month}月{day.day}日"


def content_of(kind: PaperKind, stated: PaperMatter, opened: HolderData) -> PaperContent:
    """What stands on a paper of this kind.

    Raises:
        ValueError: the case has nothing that such a paper could state.
    """
    return _KINDS[kind](stated, opened)


class PaperIncomplete(ValueError):
    """Something that the item demands on the paper is not known: no such paper is drawn."""


def must_stand(stated: PaperMatter, content: PaperContent, opened: HolderData) -> dict[str, str]:
    """What has to stand on a paper, as text, by the item's word for it.

    Raises:
        PaperIncomplete: the item demands what the case does not have.
    """
    known = {
        "authority": content.authority,
        "title": content.title,
        "holder": content.holder,
        "item": stated.item.text.name,
        "case-number": stated.case.number,
        "number": content.number,
        "since": printed_day(stated.valid.since) if stated.valid else "",
        "until": dict(_validity(stated.valid)).get(UNTIL, ""),
        "day": content.day,
        **{f"{FACT}{code}": text for code, text in opened.answers.items()},
    }
    shown = stated.result.paper.must_show if stated.result and stated.result.paper else ()
    wanted = (*ALWAYS, *(one for one in shown if one != "code"))
    if lacking := [one for one in wanted if not known.get(one)]:
        raise PaperIncomplete(f"{content.title}: {', '.join(lacking)}")
    return {one: known[one] for one in wanted}


def template_of(rule: ResultRule) -> PaperTemplate:
    """How a result is put on paper: as its item says, else by the kind of the result."""
    if rule.paper is not None and rule.paper.template is not None:
        return rule.paper.template
    return "licence" if rule.kind in {"document", "electronic"} else "letter"


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
    case = stated.case
    handed_in = dict.fromkeys(one.code for one in case.materials)
    return _letter(
        stated,
        opened,
        title="收件回执",
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
    return _letter(
        stated,
        opened,
        title="一次性补正告知书",
        title_en="The one request for what is missing",
        before=(
            f"您申请办理的“{stated.item.text.name}”，材料不齐全或者不符合法定形式。",
            "现一次性告知需要补正的全部内容：",
        ),
        listed=tuple(one.name for one in asked.fact.missing),
        rows=_rows(stated, ("补正期限", f"{until}（含当日）")),
        after=(
            f"请在{until}前补交以上材料。逾期不补正的，本次申请不予受理，您可以重新申请。",
            f"依据：{asked.fact.basis}。",
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
        title="受理通知书",
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
    missing = tuple(f"缺少：{one.name}" for one in fact.missing)
    return _letter(
        stated,
        opened,
        title="不予受理通知书",
        title_en="Notice that an application is not accepted",
        before=(f"您申请办理的“{stated.item.text.name}”不予受理。理由如下：",),
        rows=_rows(stated),
        listed=(*reasons, *missing),
        after=(
            *_basis(fact.legal_basis),
            *_explained(opened),
            *_remedy(fact.appeal_body, fact.appeal_deadline),
            "您补齐材料或者符合条件后，可以重新申请。",
        ),
        note_en="The application is not accepted, for the reasons above. You may apply again.",
    )


def _grant(stated: PaperMatter, opened: HolderData) -> PaperContent:
    approval = stated.case.approval
    if approval is None:
        raise ValueError("nothing was granted")
    what = _deed(stated)
    basis = _basis(stated.item.text.legal_basis)
    from_ = approval.fact.effective_from
    return _letter(
        stated,
        opened,
        title=f"准予{what}决定书",
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
    fact, what = refusal.fact, _deed(stated)
    return _letter(
        stated,
        opened,
        title=f"不予{what}决定书",
        title_en="Decision to refuse",
        before=(f"您申请办理的“{stated.item.text.name}”，经审查，决定不予{what}。理由如下：",),
        rows=_rows(stated, ("决定日期", printed_day(local_day(stated.at)))),
        # A criterion is printed in the item's words; it is what was found not to be met.
        listed=tuple(f"不符合下列条件：{one.text}" for one in fact.reasons),
        after=(
            *_explained(opened),
            *_basis(fact.legal_basis),
            *_remedy(fact.appeal_body, fact.appeal_deadline),
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
        title=f"制证单：{rule.name}",
        title_en="Production slip",
        rows=(
            ("姓名", opened.name),
            ("证件号码", opened.id_number or "（未填写）"),
            ("制证编号", stated.number),
            ("业务流水号", stated.case.number or stated.case.id),
            *_validity(stated.valid),
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
        for code in (
            one.removeprefix(FACT)
            for one in (rule.paper.must_show if rule.paper else ())
            if one.startswith(FACT)
        )
        if code in opened.answers
    )
    name = (("持有人" if template == "licence" else "申请人", opened.name),)
    says = {
        "payment": "经审核，决定给予以下待遇。发放金额和时间以发放通知为准。",
        "record": "以下事项已经登记，特此告知。",
        "confirmation": "以下事项已经确认，特此证明。",
    }
    return _letter(
        stated,
        opened,
        template=template,
        title=rule.name,
        title_en=rule.name_en,
        before=(says[rule.kind],) if rule.kind in says else (),
        rows=(
            *name,
            *number,
            ("事项", stated.item.text.name),
            *answers,
            *_validity(stated.valid),
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


def _question(stated: PaperMatter, code: str) -> str:
    return next((one.name for one in stated.item.text.facts if one.code == code), code)


def _deed(stated: PaperMatter) -> str:
    """What is granted or refused, in the word of the item's own type."""
    kind = stated.item.text.item_type
    return kind if kind.startswith("行政") else "办理"


def _basis(basis: Sequence[str]) -> tuple[str, ...]:
    return (f"依据：{'；'.join(one.strip('。') for one in basis)}。",) if basis else ()


def _explained(opened: HolderData) -> tuple[str, ...]:
    return (f"说明：{opened.explanation}",) if opened.explanation else ()


def _remedy(body: str, until: date | None) -> tuple[str, ...]:
    if not body or until is None:
        return ()
    last = printed_day(until)
    return (f"如不服本决定，可以在{last}前（含当日）向{body}申请行政复议，也可以依法提起诉讼。",)


def _validity(valid: Valid | None) -> tuple[tuple[str, str], ...]:
    if valid is None:
        return ()
    until = printed_day(valid.until) if valid.until else LONG_TERM
    return ((SINCE, printed_day(valid.since)), (UNTIL, until))
