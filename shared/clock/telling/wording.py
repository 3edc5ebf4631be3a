"""The words of the clock's sentences, Chinese and English side by side."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from shared.clock.counting.limits import Cause, Limit
from shared.clock.counting.windows import WindowState


class Words(NamedTuple):
    """The same text in Chinese and English."""

    zh: str
    en: str


_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_UNITS: Mapping[str, Words] = {
    "working_days": Words("个工作日", "working day"),
    "calendar_days": Words("日", "calendar day"),
    "months": Words("个月", "month"),
    "years": Words("年", "year"),
}
_LIMITS: Mapping[str, Words] = {
    "promised": Words("承诺办结时限", "promised limit"),
    "statutory": Words("法定办结时限", "statutory limit"),
    "acceptance": Words("受理时限", "acceptance limit"),
    "follow-up": Words("逾期后续时限", "follow-up limit"),
    "production": Words("制证时限", "production limit"),
    "entry": Words("信息录入时限", "limit of data entry"),
    "issue": Words("制发时限", "limit of issue"),
    "remake": Words("重新制证时限", "limit of the remake"),
    "custody": Words("证件保管期", "time of custody"),
    "query-opened": Words("提供查询时限", "limit of opening the query"),
    "reissue-from-receipt": Words("自收到申请起的补发时限", "limit of the reissue from receipt"),
    "first-application": Words("首次申领期限", "time of the first application"),
    "filing": Words("备案期限", "time of the filing"),
    "change": Words("申报变更期限", "time of telling a change"),
    "move": Words("申报住址变更期限", "time of telling a move"),
    "exchange": Words("换证期限", "time of the exchange"),
    "settlement": Words("接受处理期限", "time of coming to be dealt with"),
    "after-establishment": Words("成立后申办期限", "time of applying after the establishment"),
    "watch": Words("内部督办期限", "internal watch step"),
}
_RANKS: Mapping[str, Words] = {
    "law": Words("法定", "prescribed by law"),
    "rule": Words("工作规范规定", "prescribed by a working rule"),
    "promise": Words("承诺", "promised"),
    "internal": Words("内部", "internal"),
}
_EVENTS: Mapping[str, Words] = {
    "submitted": Words("提交申请", "submission"),
    "received": Words("收到申请", "receipt of the application"),
    "materials-complete": Words("材料齐全", "materials complete"),
    "paid": Words("缴费完成", "payment"),
    "accepted": Words("受理", "acceptance"),
    "community-accepted": Words("社区受理", "acceptance by the community"),
    "told": Words("接到通知", "receipt of the notice"),
    "recorded": Words("录入系统", "entry into the system"),
    "data-checked": Words("资料审核成功", "data checked"),
    "pre-review-passed": Words("初审通过，转为复审", "initial review passed"),
    "reviewed": Words("审核完成", "review finished"),
    "inspection": Words("现场审查（检验）完成", "completion of the inspection"),
    "rectification": Words("整改完成", "completion of the rectification"),
    "test": Words("检验检测完成", "completion of the test"),
    "level-1": Words("第一级审核完成", "completion of the first level of the review"),
    "level-2": Words("第二级审核完成", "completion of the second level of the review"),
    "level-3": Words("第三级审核完成", "completion of the third level of the review"),
    "panel": Words("专家评审完成", "completion of the expert review"),
    "panel-2": Words("第二次专家评审完成", "completion of the second expert review"),
    "hearing": Words("开庭、听证完成", "completion of the hearing"),
    "external": Words("外部机构办理完成", "completion by the other office"),
    "service-on-party": Words("送达当事人", "service on the party"),
    "exam-arranged": Words("安排鉴定（考试、评审）", "examination arranged"),
    "inspection-passed": Words("检验（现场审查）合格", "inspection passed"),
    "exam-ended": Words("鉴定（考试、评审）结束", "end of the examination"),
    "public-notice-ended": Words("公示结束", "end of the public notice"),
    "exam": Words("鉴定（考试）结束", "end of the examination"),
    "public-notice": Words("公示结束", "end of the public notice"),
    "decided": Words("作出决定", "decision"),
    "approved": Words("批准", "approval"),
    "concluded": Words("出具结论", "conclusion issued"),
    "production-ordered": Words("接收到制证信息", "receipt of the order to produce"),
    "produced": Words("制证完成", "production finished"),
    "result-ready": Words("办结", "result ready"),
    "announced": Words("公布", "announcement"),
    "dispatched": Words("寄出", "dispatch"),
    "issued": Words("制发、发放", "issue"),
    "handed-over": Words("送达、领取", "handing over"),
    "paid-out": Words("待遇拨付、资金发放", "payment of the benefit"),
    "effective": Words("生效", "taking effect"),
    "limit-missed": Words("到期未完成", "the missed limit"),
    "expired": Words("证件期满", "expiry of the document"),
    "established": Words("批准成立、登记成立", "approval or registration of the establishment"),
    "changed": Words("发生变更", "the change"),
    "happened": Words("事件发生", "the event"),
    "known": Words("知道或者应当知道", "the day it was or should have been known"),
}
_KINDS: Mapping[str, Words] = {
    "immediate": Words("即时办结", "settled at once"),
    "same_day": Words("当日办结", "settled the same day"),
    "next_day": Words("当日或隔天办结", "settled the same or the next working day"),
    "none": Words("无办理时限", "no limit"),
    "cyclic": Words("按年度周期办理", "follows a yearly cycle"),
}
_LAYERS: Mapping[str, Words] = {
    "national": Words("国家", "national"),
    "xinjiang": Words("新疆维吾尔自治区", "Xinjiang"),
    "chongqing": Words("重庆市", "Chongqing"),
}


def printed_day(day: date) -> str:
    """A day as Chinese papers and notices have it: 2026年12月15日."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_words(day: date) -> Words:
    """A date with its weekday, such as 2026-10-22."""
    index = day.weekday()
    return Words(
        f"{day.isoformat()}（周{_WEEKDAYS_ZH[index]}）",
        f"{day.isoformat()} ({_WEEKDAYS_EN[index]})",
    )


def span_words(first: date, last: date) -> Words:
    """One day, or a range from first to last."""
    if first == last:
        return day_words(first)
    return Words(
        f"{first.isoformat()} 至 {last.isoformat()}", f"{first.isoformat()} to {last.isoformat()}"
    )


def amount(n: int, unit: str) -> Words:
    """An amount with its unit: 15个工作日, 15 working days."""
    words = _UNITS[unit]
    return Words(f"{n}{words.zh}", f"{n} {words.en}{'' if n == 1 else 's'}")


def limit_begins(limit: Limit) -> Words | None:
    """From which event on a limit counts, and how long; None where that depends on the case."""
    if limit.n is None or limit.unit is None or limit.start_event not in _EVENTS:
        return None
    begins, length = _EVENTS[limit.start_event], amount(limit.n, limit.unit)
    return Words(
        f"自{begins.zh}之日起计算，为{length.zh}", f"is {length.en}, counted from: {begins.en}"
    )


def limit_title(limit: Limit) -> Words:
    """The display name of a limit."""
    known = _LIMITS.get(limit.name, Words(limit.name, limit.name))
    return Words(limit.title_zh or known.zh, limit.title_en or known.en)


def rank(limit: Limit) -> Words:
    """The authority behind the limit: law, rule, promise or internal."""
    return _RANKS[limit.rank]


def basis_words(limit: Limit) -> Words:
    """The source of the limit and of its unit, as a clause that follows a sentence."""
    found = Words("", "")
    for zh, en, text in (
        ("依据", "basis", limit.basis),
        ("计时单位", "its unit", limit.unit_basis),
    ):
        if text:
            said = text.rstrip("。.")
            found = Words(f"{found.zh}；{zh}：{said}", f"{found.en}; {en}: {said}")
    return found


def kind(limit: Limit) -> Words:
    """What a limit without counted days requires."""
    return _KINDS[limit.kind]


def event(name: str) -> Words:
    """An event of a limit in words; names of items are kept as they are printed."""
    return _EVENTS.get(name, Words(name, name))


def layer(name: str) -> Words:
    """The authority that announces a layer."""
    return _LAYERS.get(name, Words(name, name))


def cause(found: Cause | None) -> Words:
    """The cause of a pause in words."""
    return Words(found.zh, found.en) if found else Words("假设", "what-if")


def window_words(state: WindowState) -> Words:
    """A window for an applicant: open until a day, or the day on which it opens (again)."""
    if state.open is None:
        return Words("办理期间尚未公布。", "The days are not announced yet.")
    if state.reason == "event-not-happened":
        return Words(
            "办理期间须待相关通知发布后开放。", "It opens when the notice for it is out; not yet."
        )
    parts = []
    if state.closes is not None:
        last = day_words(state.closes.date())
        parts.append(Words(f"现在可以办理，至 {last.zh} 截止", f"Open until {last.en}"))
    else:
        parts.append(Words("现在不在办理期间", "Closed now"))
    if state.next_opens is not None:
        opens = day_words(state.next_opens.date())
        parts.append(Words(f"下一次自 {opens.zh} 起", f"opens again on {opens.en}"))
    if state.provisional:
        parts.append(Words("（暂定）", "provisional"))
    return Words(
        "，".join(part.zh for part in parts) + "。", "; ".join(part.en for part in parts) + "."
    )
