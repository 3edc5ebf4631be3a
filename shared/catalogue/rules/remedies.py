"""What somebody can do against a decision, by the kind of the decision. Pure.

Days and bodies of each kind are those of its law; where a file names bodies or days, these hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.words import RemedyKind


@dataclass(frozen=True, kw_only=True)
class KindOfRemedy:
    """A kind of remedy: calendar days, body and court where no file names them, and its sentence.

    The sentences have the places `{until}`, `{body}` and `{court}`.
    """

    days: int
    body: str
    court: str
    zh: str
    en: str
    law: str


REMEDIES: Mapping[RemedyKind, KindOfRemedy] = MappingProxyType(
    {
        "reconsideration": KindOfRemedy(
            days=60,
            body="作出决定的行政机关的本级人民政府",
            court="有管辖权的人民法院",
            zh="如不服，可于{until}前向{body}申请行政复议，或者自收到本决定之日起六个月内"
            "向{court}提起行政诉讼。",
            en="You may ask {body} for reconsideration until {until}, or sue at {court} within six"
            " months of receiving this decision.",
            law="行政复议法（2023）第二十条、第二十四条；行政诉讼法第四十六条",
        ),
        "tax": KindOfRemedy(
            days=60,
            body="作出决定的税务机关的上一级税务机关",
            court="有管辖权的人民法院",
            zh="如不服，可于{until}前向{body}申请行政复议；对复议决定不服的，可自收到复议决定书之日起"
            "十五日内向{court}提起行政诉讼。",
            en="You may ask {body} for reconsideration until {until}, and sue at {court} within"
            " fifteen days of its decision.",
            law="税收征收管理法第八十八条；行政复议法（2023）第二十七条",
        ),
        "arbitration": KindOfRemedy(
            days=15,
            body="有管辖权的人民法院",
            court="有管辖权的人民法院",
            zh="如不服，可于{until}前向{body}提起诉讼。",
            en="You may sue at {body} until {until}.",
            law="劳动争议调解仲裁法第二十九条、第五十条",
        ),
        "petition": KindOfRemedy(
            days=30,
            body="原办理机关的上一级机关",
            court="",
            zh="如对处理意见不服，可于{until}前请求{body}复查。",
            en="You may ask {body} to look at it again until {until}.",
            law="信访工作条例（2022）第三十五条",
        ),
        "appraisal": KindOfRemedy(
            days=15,
            body="省、自治区、直辖市劳动能力鉴定委员会",
            court="",
            zh="如对鉴定结论不服，可于{until}前向{body}申请再次鉴定。",
            en="You may ask {body} for a second appraisal until {until}.",
            law="工伤保险条例第二十六条",
        ),
        "final": KindOfRemedy(
            days=60,
            body="作出决定的行政机关的本级人民政府",
            court="有管辖权的人民法院",
            zh="再次鉴定结论为最终结论，不能就结论本身再次申请鉴定；伤残情况发生变化的，可自鉴定结论作出"
            "之日起一年后申请复查鉴定。如不服本决定，可于{until}前向{body}申请行政复议，或者自收到本决定"
            "之日起六个月内向{court}提起行政诉讼。",
            en="The conclusion of a second appraisal is final, and no further one of it can be"
            " asked for; if the condition changes, a review can be asked for one year after the"
            " conclusion. Against this decision you may ask {body} for reconsideration until"
            " {until}, or sue at {court} within six months of receiving it.",
            law="工伤保险条例第二十六条、第二十八条；行政复议法（2023）第二十条；行政诉讼法第四十六条",
        ),
        "title": KindOfRemedy(
            days=30,
            body="职称评审委员会的组建单位",
            court="",
            zh="如对涉及本人的评审结果不服，可以向{body}申请复查或者进行投诉（规定未限定期限，请尽量在"
            "{until}前提出）。",
            en="If you disagree with the result on you, you may ask {body} to look at it again, or"
            " complain there. No time is set for it: please do so by {until}.",
            law="职称评审管理暂行规定（人力资源和社会保障部令第40号）：申报人对涉及本人的评审结果不服的，"
            "可以按照有关规定申请复查、进行投诉",
        ),
        "after-reconsideration": KindOfRemedy(
            days=15,
            body="有管辖权的人民法院",
            court="有管辖权的人民法院",
            zh="如不服本行政复议决定，可于{until}前向{body}提起行政诉讼。",
            en="If you disagree with this decision on the reconsideration, you may sue at {body}"
            " until {until}.",
            law="行政诉讼法第四十五条；行政复议法（2023）第三十四条",
        ),
        "objection": KindOfRemedy(
            days=60,
            body="设立该法律援助机构的司法行政部门",
            court="",
            zh="如有异议，可以向{body}提出（法律未限定期限，请尽量在{until}前提出），由其自收到异议之日起"
            "五日内审查；对其维持原决定仍不服的，可以依法申请行政复议或者提起行政诉讼。",
            en="If you object, tell {body}, which looks at it within five days (the law sets no"
            " time for it: please do so by {until}). If it upholds the decision, you may ask for"
            " reconsideration or sue.",
            law="法律援助法第四十九条",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """The remedy of one decision: where it is asked for, and within how many calendar days."""

    body: str
    days: int


def remedy_of(text: ItemText, office: str = "") -> Remedy:
    """The remedy against a decision on the item, by an office's code.

    An edition from before files said a remedy has its `appeal`.
    """
    rule = text.remedy
    if rule is None:
        return Remedy(body=text.appeal.body, days=text.appeal.days)
    kind = REMEDIES[rule.kind]
    named = [one for one in rule.bodies if office and office in one.offices]
    everywhere = [one for one in rule.bodies if not one.offices]
    at = next(iter((*named, *everywhere)), None)
    return Remedy(
        body=at.body if at else kind.body,
        days=kind.days if rule.days is None else rule.days,
    )


def remedy_sentence(text: ItemText, body: str, until_zh: str, until_en: str) -> tuple[str, str]:
    """What is told of the remedy, in Chinese and English.

    `body` is the one that the decision on record names; its court is found by it.
    """
    rule = text.remedy
    if rule is None:
        return (
            f"如有异议，可于{until_zh}前向{body}申请复议。",
            f"You may appeal to {body} until {until_en}.",
        )
    kind = REMEDIES[rule.kind]
    court = next((one.court for one in rule.bodies if one.body == body and one.court), kind.court)
    return (
        kind.zh.format(until=until_zh, body=body, court=court),
        kind.en.format(until=until_en, body=body, court=court),
    )
