"""What somebody who does not have a material does at an office instead: what, and where (R-052)."""

from collections.abc import Iterable, Iterator

from services.intake.application.faults import Fault
from shared.catalogue import ItemText
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.definition.outcome import Office
from shared.clock.telling.wording import Words

INTERNET = "互联网"  # what a source prints as the place of what is done online


def office_advice(text: ItemText, choices: Choices, given: Iterable[str]) -> Iterator[Fault]:
    """Advice for each material that is not there and is made at an office."""
    there = set(given)
    for rule in holding(listed(text.materials), choices):
        if rule.at_office and rule.code not in there:
            where = where_to_go(text)
            said = Words(
                f"{rule.at_office}{where.zh}", f"{rule.at_office_en or rule.at_office} {where.en}"
            )
            yield Fault("at-office", said, "/materials", {"material": rule.code})


def where_to_go(text: ItemText) -> Words:
    """The places that the item prints; where it prints none, whom to ask for the address."""
    places = [one for one in listed(text.offices) if one.address and one.address != INTERNET]
    if places:
        return Words(
            f"办理地点：{'；'.join(map(_place, places))}。",
            f"Where: {'; '.join(map(_place, places))}.",
        )
    lines = () if text.hotlines == "unknown" else text.hotlines.consult
    numbers = "、".join(number for line in lines for number in line.numbers)
    if not numbers:
        return Words(
            f"具体地址请向{text.department_name or '受理机关'}询问。",
            "Ask the authority for the address.",
        )
    return Words(
        f"具体地址和办公时间请拨打 {numbers} 询问。",
        f"Ask {numbers} by telephone for the address and the office hours.",
    )


def _place(office: Office) -> str:
    return "，".join(one for one in (office.name, office.address, *office.phones) if one)
