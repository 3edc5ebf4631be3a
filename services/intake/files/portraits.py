"""A portrait among the materials against the standard that its item names."""

from collections.abc import Iterable, Iterator, Mapping

from services.intake.application.faults import Fault
from shared.case.facts.parts import Material
from shared.catalogue import Item
from shared.catalogue.definition.asking import MaterialRule
from shared.catalogue.definition.outcome import PhotoStandard
from shared.clock.telling.wording import Words
from shared.files import Measures
from shared.files.portraits import deviations


def portrait_faults(
    item: Item,
    materials: Iterable[Material],
    measures: Mapping[str, Measures],
    *,
    at: str = "/materials/{}",
) -> Iterator[Fault]:
    """Each picture that is not as its standard wants it; `at` is the pointer of a material.

    What came before measures were kept is taken as it is.
    """
    for place, one in enumerate(materials):
        rule, found = item.material(one.code), measures.get(one.blob)
        standard = standard_of(item, rule)
        if rule is None or standard is None or found is None:
            continue
        wrong = list(deviations(standard, found, one.size))
        if wrong:
            fields = {"material": one.code}
            yield Fault("photo-standard", _said(rule, wrong), at.format(place), fields)


def standard_of(item: Item, rule: MaterialRule | None) -> PhotoStandard | None:
    """The standard that a material follows; None for most."""
    return item.text.photo_standard if rule is not None and rule.standard else None


def _said(rule: MaterialRule, wrong: list[Words]) -> Words:
    return Words(
        f"{rule.name}不符合证件照标准：{'；'.join(one.zh for one in wrong)}。"
        "请按标准重新拍摄或者导出后再上传。",
        f"{rule.name_en or rule.name} does not meet the standard of the picture: "
        f"{'; '.join(one.en for one in wrong)}. Take or export it again.",
    )
