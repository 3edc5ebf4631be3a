"""What is wrong with an application, all of it at once: what keeps it out, and what is missing.

Pure. An application may be submitted incomplete: what is missing among the materials keeps nobody
out and is asked for once (R-031); everything else that an item asks for is looked at here, before
a case exists.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.intake.application.answers import passes
from services.intake.application.application import Application
from services.intake.application.faults import Fault, listed_words
from services.intake.application.offices import office_faults
from services.intake.application.parties.online import online_faults
from services.intake.application.parties.representing import party_faults
from services.intake.application.parties.vouched import vouched_faults
from services.intake.application.questions.reading import faults_of_answers
from services.intake.application.windows import window_now, windows
from services.intake.contact import PhoneTakesNoTexts
from services.intake.files.at_office import office_advice
from services.intake.files.portraits import portrait_faults
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.definition.asking import Choice, MaterialRule
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, holding, holds
from shared.catalogue.definition.item import called_for
from shared.catalogue.definition.words import CHANNEL_TITLES, DELIVERY_TITLES
from shared.catalogue.rules.charges import most_of
from shared.catalogue.rules.limits_of_item import TermError
from shared.clock import local_day
from shared.clock.telling.wording import Words


def faults(application: Application, rules: Rules, now: datetime) -> tuple[Fault, ...]:
    """Everything that keeps this application out; nothing where it may come in."""
    said = application.said
    return (
        *_ways(application),
        *online_faults(application.text, said.online, agreed=said.guide is not None),
        *_person(application),
        *_twice(application),
        *_variant(application),
        *office_faults(application),
        *_situations(application),
        *party_faults(application),
        *vouched_faults(said.differs),
        *_strange_materials(application),
        *faults_of_answers(application.text, application.choices, said.answers, local_day(now)),
        *(fault for fault, effect in _conditions(application, now) if effect == "refuse"),
        *windows(application, rules, now),
        *_fee(application),
    )


def outcomes(application: Application, now: datetime) -> tuple[tuple[str, bool], ...]:
    """Each check on an answer by its code, and whether it passed; never the answer itself."""
    checks = holding(application.text.checks, application.choices)
    found = [(check.code, passes(check, application.answers, now)) for check in checks]
    return tuple((code, passed) for code, passed in found if passed is not None)


def answered_for(application: Application) -> tuple[str, ...]:
    """The materials that an answer calls for: the answer is sealed, its consequence is not."""
    return tuple(
        rule.code
        for rule in listed(application.text.materials)
        if rule.when is not None and rule.when.answer and holds(rule.when, application.choices)
    )


def begun_faults(application: Application) -> tuple[Fault, ...]:
    """Everything that is wrong with a case that nobody applies for: nothing is asked of a person.

    What was chosen for it decides its procedure and its limits all the same.
    """
    return (
        *_delivery(application),
        *_twice(application),
        *_variant(application),
        *_situations(application),
        *office_faults(application),
    )


def missing(application: Application) -> tuple[Fault, ...]:
    """Every material that would be asked for."""
    rules = lacking(
        application.item,
        application.choices,
        frozenset(one.code for one in application.said.materials),
    )
    return tuple(
        Fault(
            "material-missing",
            Words(rule.name, rule.name_en or rule.name),
            "/materials",
            {"material": rule.code, "name_en": rule.name_en, "one_of": rule.one_of},
        )
        for rule in rules
    )


def lacking(item: Item, choices: Choices, given: frozenset[str]) -> tuple[MaterialRule, ...]:
    """Every required material that is not given, and the proof of who acts for the applicant.

    A proof is a material like any other: of alternatives one is enough, and one that this
    application does not call for is not asked for.
    """
    rules = item.missing(given, choices)
    known = given | {rule.code for rule in rules}
    proofs = dict.fromkeys(
        code
        for way in listed(item.text.representation)
        if way.kind == choices.representative
        for code in way.proof
        if code not in known
    )
    asked = (rule for code in proofs if (rule := item.material(code)))
    return (*rules, *(r for r in asked if not r.one_of and called_for(r, choices)))


def advice(application: Application, rules: Rules, now: datetime) -> tuple[Fault, ...]:
    """What the applicant is told and is not kept out for.

    Conditions that inform, an appointment that is needed, days that nobody announced yet.
    """
    told = [fault for fault, effect in _conditions(application, now) if effect == "inform"]
    given = (one.code for one in application.said.materials)
    told += office_advice(application.text, application.choices, given)
    if application.text.appointment.kind == "required":
        raw = application.text.appointment.raw
        said = Words(raw or "办理前需要预约。", raw or "An appointment is needed.")
        told.append(Fault("appointment-needed", said))
    window = window_now(application.item, application.choices, rules, now)
    if window.state.open is None:
        fields = {"zh": window.words.zh, "reason": window.state.reason}
        told.append(Fault("window-unknown", window.words, "/item", fields))
    return tuple(told)


def _ways(application: Application) -> Iterator[Fault]:
    if application.said.channel not in application.text.channels:
        offered = list(application.text.channels)
        said = listed_words(
            "该事项的办理渠道：",
            "The item is offered over: ",
            [CHANNEL_TITLES[one] for one in application.text.channels],
        )
        yield Fault("channel-not-offered", said, "/channel", {"choices": offered})
    yield from _delivery(application)


def _delivery(application: Application) -> Iterator[Fault]:
    ways = list(
        dict.fromkeys(way.kind for way in holding(application.text.delivery, application.choices))
    )
    if ways and application.said.delivery not in ways:
        said = listed_words(
            "办理结果的送达方式：",
            "The result is delivered by: ",
            [DELIVERY_TITLES[one] for one in ways],
        )
        yield Fault("delivery-not-offered", said, "/delivery", {"choices": ways})


def _person(application: Application) -> Iterator[Fault]:
    if not application.said.declared:
        said = Words(
            "申请前须确认所填信息并作出申告。",
            "The applicant has to confirm the data before applying.",
        )
        yield Fault("declaration-missing", said, "/declared")
    agreed = application.said.guide
    if agreed is not None and agreed.content_hash != application.item.hash:
        said = Words(
            "办事须知已经更新，请重新阅读后再提交。",
            "The guide of this item has changed. Please read it again before you apply.",
        )
        yield Fault("guide-changed", said, "/guide")
    if not application.said.contact:
        said = Words(
            "须填写电子邮箱或者电话号码。", "An e-mail address or a telephone number is needed."
        )
        yield Fault("contact-missing", said, "/applicant")
    elif _told_by_text_alone(application) and application.said.textless:
        said = Words(PhoneTakesNoTexts.ZH, PhoneTakesNoTexts.EN)
        yield Fault(PhoneTakesNoTexts.code, said, "/applicant/phone")
    if application.said.delivery == "post" and "delivery_address" not in application.said.sealed:
        said = Words("邮寄送达须填写地址。", "Delivery by post needs an address.")
        yield Fault("contact-missing", said, "/delivery_address")


def _told_by_text_alone(application: Application) -> bool:
    """Whether text messages are the only way; who applies by telephone is called back."""
    return application.said.contact == ("phone",) and application.said.channel != "phone"


def _twice(application: Application) -> Iterator[Fault]:
    """A choice is made once: the form's schema says so too."""
    text = application.text
    options = [choice for group in text.situations for choice in group.choices]
    titles = {one.code: (one.name, one.name_en) for one in options}
    titles |= {line.code: (line.name, line.name_en) for line in text.fee.lines}
    for name, codes in (
        ("situations", application.said.situations),
        ("options", application.said.options),
    ):
        for at, code in enumerate(codes):
            if code in codes[:at]:
                zh, en = titles.get(code, ("同一选项", "one choice"))
                words = Words(f"重复选择了“{zh}”。", f"“{en or zh}” is chosen twice.")
                yield Fault("given-twice", words, f"/{name}/{at}")


def _variant(application: Application) -> Iterator[Fault]:
    codes = _codes(application.text.variants)
    if application.said.variant in codes or (not codes and not application.said.variant):
        return
    if not codes:
        said = Words("该事项不分业务类别。", "The item has no variants.")
        yield Fault("variant-unknown", said, "/variant")
        return
    code = "variant-unknown" if application.said.variant else "variant-missing"
    said = listed_words("请选择办理情形：", "Choose one of: ", _titles(application.text.variants))
    yield Fault(code, said, "/variant", {"choices": codes})


def _situations(application: Application) -> Iterator[Fault]:
    groups = [
        group for group in application.text.situations if holds(group.when, application.choices)
    ]
    known = [choice.code for group in groups for choice in group.choices]
    for at, code in enumerate(application.said.situations):
        if code not in known:
            said = Words(
                "所选情形不适用于本次申请。", "A situation was chosen that does not apply here."
            )
            yield Fault("situation-unknown", said, f"/situations/{at}", {"choices": known})
    for group in groups:
        codes = _codes(group.choices)
        chosen = [code for code in codes if code in application.said.situations]
        if group.required and not chosen:
            how = "选择一项" if group.choose == "one" else "至少选择一项"
            said = listed_words(
                f"{group.name}：请{how}：",
                f"{group.name_en or group.name}: choose {group.choose} of ",
                _titles(group.choices),
            )
            yield Fault("situation-missing", said, "/situations", {"choices": codes})
        if group.choose == "one" and len(chosen) > 1:
            both = _titles(one for one in group.choices if one.code in chosen)
            said = listed_words(
                f"{group.name}只能选择其一，请勿同时选择：",
                f"{group.name_en or group.name}: these exclude each other: ",
                both,
            )
            yield Fault("situation-conflict", said, "/situations", {"choices": codes})


def _strange_materials(application: Application) -> Iterator[Fault]:
    """What is not asked for may not be collected either."""
    unknown = sorted(
        {
            one.code
            for one in application.said.materials
            if (rule := application.item.material(one.code)) is None or rule.question
        }
    )
    if unknown:
        said = Words(
            f"有{len(unknown)}种材料不属于该事项要求提交的材料，请删除。",
            f"{len(unknown)} of the materials are not asked for by this item: take them out.",
        )
        yield Fault("material-unknown", said, "/materials", {"materials": unknown})
    yield from _photos(application)
    given = application.said
    yield from portrait_faults(application.item, given.materials, given.measures)


def _photos(application: Application) -> Iterator[Fault]:
    """A photograph is a picture; everything else may be a PDF."""
    wrong = sorted(
        {
            one.code
            for one in application.said.materials
            if (rule := application.item.material(one.code)) is not None
            and not rule.takes(one.media_type)
        }
    )
    if wrong:
        said = Words(
            "照片要上传图片，不能上传 PDF 文件。请改为上传照片。",
            "A photograph is sent as a picture, not as a PDF.",
        )
        yield Fault("picture-wanted", said, "/materials", {"materials": wrong})


def _conditions(application: Application, now: datetime) -> Iterator[tuple[Fault, str]]:
    """Each checkable condition that does not hold, and what comes of it."""
    for check in holding(application.text.checks, application.choices):
        if passes(check, application.answers, now) is False:
            fields = {"check": check.code, "text_en": check.text_en}
            said = Words(check.text, check.text_en or check.text)
            fault = Fault("condition-not-met", said, f"/facts/{check.fact}", fields)
            yield fault, check.effect


def _fee(application: Application) -> Iterator[Fault]:
    yield from _ordered(application)
    try:
        told = application.charge
    except TermError as error:
        fields = {"choices": list(error.options)}
        yield Fault("option-unknown", Words("没有这一收费选项。", str(error)), "/options", fields)
        return
    groups = {line.choice for line in application.text.fee.lines}
    for need in told.needs:
        if need.code in groups:  # the other needs are questions that were named above
            codes = _codes(need.options)
            said = listed_words(f"请选择{need.name}：", "Choose one of: ", _titles(need.options))
            yield Fault("option-missing", said, "/options", {"choices": codes})


def _ordered(application: Application) -> Iterator[Fault]:
    """More of a fee line than one application may order: a second card for one person."""
    for line in application.text.fee.lines:
        most, count = most_of(line), application.said.counts.get(line.code, 1)
        if count > most:
            said = Words(
                f"{line.name}：一次申请最多{most}{line.per or '份'}。",
                f"{line.name_en or line.name}: at most {most} in one application.",
            )
            yield Fault("count-too-large", said, f"/counts/{line.code}", {"most": most})


def _titles(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    return [(choice.name, choice.name_en) for choice in choices]


def _codes(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.code for choice in choices]
