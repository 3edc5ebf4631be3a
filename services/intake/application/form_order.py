"""In which order a portal shows the form of an item: sections and fields, with titles and `when`.

Pure. Each field names its place in the application (`pointer`); what is empty is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from services.intake.application.offices import office_fields
from services.intake.application.parties.fields import PartyField, acting_fields, applicant_fields
from services.intake.application.questions.forms import question_sections
from services.intake.application.questions.shown import choices_shown, field_shown, section_shown
from services.intake.files.portraits import standard_of
from shared.catalogue import Item, ItemText
from shared.catalogue.definition.asking import MaterialRule, SituationGroup
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.fees import FeeGroup, FeeLine, yuan
from shared.catalogue.definition.outcome import DeliveryRule
from shared.catalogue.definition.words import DELIVERY_TITLES
from shared.catalogue.rules.charges import most_of
from shared.files.portraits import standard_told
from shared.jurisdiction import Jurisdiction

POSTAGE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "recipient": (
            "邮费由收件人签收时支付（到付），不在收费之内。",
            "Whoever receives it pays the postage on receipt; it is not part of the charge.",
        ),
        "authority": ("邮费由办理机关支付。", "The authority pays the postage."),
        "in-the-fee": ("邮费已包括在收费之内。", "The postage is part of the charge."),
    }
)
Section = tuple[str, str, str, list[dict[str, Any]]]  # code, title, title in English, fields


def order_of(item: Item, known: Jurisdiction | None = None) -> list[dict[str, Any]]:
    """What to show after what: sections with their fields, each with its title and its `when`.

    `known`: what the offices are called; without it they have the item's own words.
    """
    text = item.text
    before: list[Section] = [
        ("variant", "办理情形", "Variant", _variant_fields(item)),
        ("situations", "情形", "Situation", [_question(group) for group in text.situations]),
    ]
    true = field_shown("/declared", "申请人声明信息真实", "What is stated is true")
    after: list[Section] = [
        ("applicant", "申请人", "Applicant", list(map(_shown, applicant_fields(text)))),
        (
            "representation",
            "代办",
            "Who acts",
            list(map(_shown, acting_fields(text))),
        ),
        ("materials", "申请材料", "Materials", list(_material_fields(item))),
        ("office", "受理点", "Office", list(office_fields(item.text, known))),
        ("fee", "收费项目", "Fee", _fee_fields(text)),
        (
            "delivery",
            "送达方式",
            "Delivery",
            [_way(way) for way in text.delivery],
        ),
        ("declared", "声明", "Declaration", [true]),
    ]
    return [*_sections(before), *question_sections(text), *_sections(after)]


def _way(way: DeliveryRule) -> dict[str, Any]:
    """A way of delivery; who pays the postage is said where it is chosen."""
    zh, en = POSTAGE.get(way.paid_by or "", ("", ""))
    return field_shown(
        "/delivery",
        *DELIVERY_TITLES[way.kind],
        code=way.kind,
        raw=way.raw,
        help=zh,
        help_en=en,
        when=way.when,
    )


def _sections(sections: Iterable[Section]) -> Iterator[dict[str, Any]]:
    for code, title, english, fields in sections:
        if fields:
            yield section_shown(code, title, english, fields)


def _shown(field: PartyField) -> dict[str, Any]:
    return field_shown(field.pointer, field.zh, field.en, **field.more)


def _variant_fields(item: Item) -> list[dict[str, Any]]:
    if not item.text.variants:
        return []
    choices = choices_shown(item.text.variants)
    return [field_shown("/variant", "办理情形", "Variant", required=True, choices=choices)]


def _question(group: SituationGroup) -> dict[str, Any]:
    return field_shown(
        "/situations",
        group.name,
        group.name_en,
        group=group.code,
        choose=group.choose,
        required=group.required,
        choices=choices_shown(group.choices),
        when=group.when,
    )


def _material_fields(item: Item) -> Iterator[dict[str, Any]]:
    for rule in (one for one in listed(item.text.materials) if not one.question):
        yield field_shown(
            "/materials",
            rule.name,
            rule.name_en,
            code=rule.code,
            required=rule.required,
            when=rule.when,
            form=rule.form,
            copies=rule.copies,
            stamped=rule.stamped,
            form_template=rule.form_template,
            one_of=rule.one_of,
            alternative=rule.alternative,
            shareable=rule.shareable,
            result_of=rule.result_of,
            commitment_instead=rule.commitment_instead,
            if_it_still_exists=rule.if_it_still_exists,
            condition=rule.condition,
            raw=rule.raw,
            note=rule.note,
            **_standard_shown(item, rule),
        )


def _standard_shown(item: Item, rule: MaterialRule) -> dict[str, Any]:
    """What a portrait has to be: for people as help, for programs by values."""
    standard = standard_of(item, rule)
    if standard is None:
        return {}
    told = standard_told(standard)
    return {
        "help": told.zh,
        "help_en": told.en,
        "standard": {
            "reference": standard.reference,
            "width": standard.width_px,
            "height": standard.height_px,
            "colour": standard.colour,
            "most_bytes": standard.most_bytes,
        },
    }


def _fee_fields(text: ItemText) -> list[dict[str, Any]]:
    groups = {group.code: group for group in text.fee.choices}
    return [_fee_field(line, groups.get(line.choice)) for line in text.fee.lines if line.choice]


def _fee_field(line: FeeLine, group: FeeGroup | None) -> dict[str, Any]:
    return field_shown(
        "/options",
        line.name,
        line.name_en,
        code=line.code,
        group=line.choice,
        group_title=group.name if group else "收费项目",
        amount=yuan(line.amount_fen),
        per=line.per,
        most=most_of(line),
        raw=line.raw,
        when=line.when,
    )
