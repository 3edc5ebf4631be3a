"""Further steps of an explanation: the source of a limit, and why this limit answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.outcome import Office
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.rules.offices import at_office, numbered
from shared.clock import ARTICLE_45, Due, Limit, Step, Variant, local_day, silence
from shared.clock.telling.wording import Words, amount, day_words, event, limit_title

PROMISED, STATUTORY = "promised", "statutory"


def of_family(limit: LimitRule, family: str) -> bool:
    """Whether a limit is the family's general limit, or its limit for some applications."""
    return limit.name == family or limit.name.startswith(f"{family}-")


def fallback(asked: str | None, limit: LimitRule) -> tuple[Step, ...]:
    """The step that explains why the statute answers a question for the promise."""
    if asked != PROMISED or of_family(limit, PROMISED):
        return ()
    return (
        Step(
            "fallback",
            {"asked": asked, "answered": limit.name},
            "来源文件未载明承诺办结时限，适用法定办结时限。",
            "The source prints no promised limit; the statutory one applies.",
        ),
    )


def source(text: ItemText, limit: LimitRule) -> tuple[Step, ...]:
    """The source of the limit: the printed words, or the default that fills their silence."""
    default = text.defaulted.get(f"limits.{limit.name}")
    if default is not None:
        return (
            Step(
                "default",
                {"default": default},
                f"来源文件未载明此时限；适用系统默认规则“{default}”，不作为对外承诺。",
                f"The source does not print this limit; the default {default!r} applies, which is "
                "not a promise.",
            ),
        )
    place, raw = text.source, limit.raw.rstrip("。；")
    first, last = place.lines
    data = {"document": place.document, "lines": [first, last], "raw": limit.raw}
    derived = Words("", "")
    if limit.derived_from:
        data["derived_from"] = limit.derived_from
        derived = Words(f"（据{limit.derived_from}）", f" (from {limit.derived_from})")
    return (
        Step(
            "source",
            data,
            f"来源文件 {place.document} 第 {first} 至 {last} 行：“{raw}”{derived.zh}。",
            f"Source document {place.document}, lines {first} to {last}: “{raw}”{derived.en}.",
        ),
    )


def inferred(text: ItemText, limit: LimitRule) -> Iterator[Step]:
    """The steps that say which end of the limit the source does not print, and why it is this."""
    said = {"start_event": _BEGINS, "end_event": _ENDS}
    # A reason for all limits is one for those of the office that the file itself has.
    of_file = f"limits.{limit.name}" not in text.defaulted and limit.party == "authority"
    for field, words in said.items():
        path = f"limits.{limit.name}.{field}"
        place = f"limits.{field}" if of_file and path not in text.inferred else path
        because = text.inferred.get(place)
        if because is None:
            continue
        at = event(getattr(limit, field))
        data = {"field": field, "by": text.inferred_by.get(place), "because": because}
        en = words.en.format(event=at.en, because=because)
        yield Step("inferred", data, words.zh.format(event=at.zh), en)


_BEGINS = Words(
    "来源文件未逐字载明此时限的起点；按事项的办理规则，自{event}起算。",
    "The source does not print in so many words where this limit begins; it is taken to begin with:"
    " {event}. {because}",
)
_ENDS = Words(
    "来源文件未逐字载明此时限的终点；按事项的办理规则，以{event}为止。",
    "The source does not print in so many words where this limit ends; it is taken to end with:"
    " {event}. {because}",
)


def own(limit: LimitRule) -> tuple[Step, ...]:
    """The step for an applicant's own limit, and its meaning (R-091, R-094)."""
    if limit.party != "applicant":
        return ()
    return (
        Step(
            "own",
            {"limit": limit.name},
            "此为申请人自身的期限，仅用于提醒，不是办理时限。",
            "This is the applicant's own time: it serves to remind and is no processing limit.",
        ),
    )


def licence_law(text: ItemText, limit: LimitRule, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The step that names the law on licences, not the source, as the cause of a pause (art.

    45).
    """
    default = text.defaulted.get(f"limits.{limit.name}.exclusions")
    obeyed = [step.data for step in steps if step.code == "pause"]
    stood = [one for one in obeyed if one["excluded_days"] or one["end"] is None]
    causes = [one["cause"] for one in stood if one["cause"] in ARTICLE_45]
    if default is None or not causes:
        return ()
    return (
        Step(
            "licence-law",
            {"default": default, "causes": causes},
            "来源文件未载明：行政许可所需听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的时间，"
            "依行政许可法第四十五条不计算在期限内，并应书面告知申请人。",
            "Not printed by the source: by article 45 of the law on licences the time of such a "
            "step is not counted in a licence's limits, and is told to the applicant in writing.",
        ),
    )


def by_office(office: Office | None, limit: LimitRule, variant: str | None) -> tuple[Step, ...]:
    """The office that handles the case, and its own limits instead of the printed ones (R-087)."""
    if office is None:
        return ()
    data: dict[str, object] = {"office": office.code, "variant": None, "n": None, "most": None}
    where = Words(f"受理点“{office.label}”", f"The office {office.label} ({office.code})")
    if variant is None or variant != office.limit_variant:
        told = Words("没有另外的时限", " has no length of its own for this limit")
    else:
        most = limit.variant(variant)
        mine = numbered(limit, variant, at_office(office)).variant(variant)
        data |= {"variant": variant, "n": mine.n, "most": most.n}
        told = _own(office, limit.variants[variant], mine, most)
    return (Step("office", data, f"{where.zh}{told.zh}。", f"{where.en}{told.en}."),)


def _own(office: Office, variant: Variant, own: Limit, most: Limit) -> Words:
    """The office's own limit, beside the printed maximum."""
    name = office.limit_variant
    title = Words(variant.title_zh or name, variant.title_en or name)
    if not variant.maximum or own.unit is None or most.unit is None:
        return Words(f"适用“{title.zh}”的时限", f" has the limit of the variant {title.en!r}")
    n, most_n = amount(own.n or 0, own.unit), amount(most.n or 0, most.unit)
    if office.limit_days is None:
        return Words(
            f"（{title.zh}）未自定时限，适用最长的{most_n.zh}",
            f", as {title.en!r}, sets no number for itself: {most_n.en} at most, which count",
        )
    return Words(
        f"（{title.zh}）自定{n.zh}，最长不得超过{most_n.zh}",
        f", as {title.en!r}, sets {own.n} of at most {most_n.en}",
    )


def deemed(limit: LimitRule, start: datetime, due: Due) -> tuple[Step, ...]:
    """The legal effect of silence until the end of the limit (R-034, R-097)."""
    effect = silence(limit, start, due)
    if effect is None:
        return ()
    day = day_words(local_day(effect.as_of))
    data = {"effect": effect.effect, "as_of": effect.as_of.isoformat()}
    if effect.effect == "accepted":
        zh = f"届满未告知的，自收到申请材料之日（{day.zh}）起即为受理。"
        en = f"If nothing is said until then, it counts as accepted as of the receipt, {day.en}."
    else:
        zh = f"届满未提出异议的，自 {day.zh} 零时起生效。"
        en = f"If there is no objection until then, it takes effect at the beginning of {day.en}."
    return (Step("deemed", data, zh, en),)


def compared(asked: Sequence[LimitRule], first: str, dues: Mapping[str, Due]) -> Iterator[Step]:
    """Why this limit drives: the earliest limit is due, and crossing any of them is a fact."""
    mine = limit_title(next(limit for limit in asked if limit.name == first))
    for other in asked:
        if other.name == first:
            continue
        theirs, day = limit_title(other), dues[other.name].date
        if day is not None and day == dues[first].date:
            yield Step(
                "drives",
                {"limit": first, "other": other.name, "other_due": day},
                f"{theirs.zh}同日届满；逾越任一时限均予记录。",
                f"The {theirs.en} ends on the same day. Crossing either is recorded.",
            )
            continue
        told = day_words(day) if day else Words("（暂无到期日）", "(no date)")
        yield Step(
            "drives",
            {"limit": first, "other": other.name, "other_due": day},
            f"{theirs.zh}的届满日：{told.zh}；以先届满的{mine.zh}为准，逾越任一时限均予记录。",
            f"The {theirs.en} ends: {told.en}; the {mine.en} ends first and is due. Crossing "
            "either is recorded.",
        )
