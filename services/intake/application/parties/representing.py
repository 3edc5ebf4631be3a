"""Who may apply for an item and who may act there, and what is wrong with the parties named."""

from collections.abc import Iterator
from typing import get_args

from services.intake.application.application import Application
from services.intake.application.faults import Fault, listed_words
from services.intake.application.parties.applicant import HANDLER
from shared.catalogue import ItemText
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.words import APPLICANT_TITLES, ApplicantKind, Representative
from shared.catalogue.rules.applicants import applicants_of
from shared.clock.telling.wording import Words

GUARDIAN: Representative = "guardian"
FOR_ORGANISATIONS: tuple[Representative, ...] = (HANDLER, "agent")


def representatives(text: ItemText) -> list[str]:
    """Who may act for the applicant; silence of the source takes nobody's right to be represented.

    So where nothing is printed it may be any of the kinds that there are. A guardian acts for a
    child by law, whatever is printed (民法典 art. 23).
    """
    if text.representation == "unknown":
        return list(get_args(Representative))
    printed = [way.kind for way in listed(text.representation)]
    return list(dict.fromkeys((*printed, GUARDIAN)))


def may_act(text: ItemText, applicant: ApplicantKind) -> list[str]:
    """Who may act for an applicant of this kind: an organisation's handler always may."""
    kinds = representatives(text)
    if applicant == "person":
        return kinds
    return [kind for kind in FOR_ORGANISATIONS if kind == HANDLER or kind in kinds]


def party_faults(application: Application) -> Iterator[Fault]:
    """A kind of applicant that the item does not take, and parties that are missing."""
    taken = list(applicants_of(application.text))
    if application.applicant not in taken:
        said = listed_words(
            "该事项的申请人可以是：",
            "The item is applied for by: ",
            [APPLICANT_TITLES[one] for one in taken],
        )
        yield Fault("applicant-kind-not-offered", said, "/applicant/kind", {"choices": taken})
    yield from _acting(application)
    yield from _members(application)


def _acting(application: Application) -> Iterator[Fault]:
    kinds, chosen = may_act(application.text, application.applicant), application.said
    if chosen.representation and chosen.representation not in kinds:
        said = Words(
            "该事项不接受此类代办人。", "The item does not provide for such a representative."
        )
        yield Fault("representation-unknown", said, "/representation", {"choices": kinds})
    elif chosen.child and chosen.representation != GUARDIAN:
        said = Words(
            "未满十六周岁或者尚无证件的申请人，由监护人代为申请。",
            "A guardian applies for somebody under 16, or who has no identity document yet.",
        )
        yield Fault("guardian-needed", said, "/representation", {"choices": [GUARDIAN]})
    elif not chosen.present:
        yield from _unproved(application)
    somebody_acts = application.has("guardian", "agent", "handler", "heir")
    if not somebody_acts and (chosen.representation or application.applicant != "person"):
        said = Words(
            "须填写代办人（经办人、监护人）的姓名和证件号码。",
            "Name and identity number of the person who acts are needed.",
        )
        yield Fault("representative-missing", said, "/representative")
    if somebody_acts and not chosen.representation and application.applicant == "person":
        said = Words("须说明代办人的身份。", "Say in which capacity somebody acts.")
        yield Fault("representation-missing", said, "/representation", {"choices": kinds})


def _unproved(application: Application) -> Iterator[Fault]:
    """A right to act that somebody has to see the proof of, where nobody would before the end."""
    chosen = application.said
    if chosen.representation == GUARDIAN:
        if chosen.adult:
            said = Words(
                "成年人由监护人代办的，请持监护关系证明到窗口办理。",
                "A guardian of somebody of age comes to a counter, with the proof of guardianship.",
            )
            yield Fault("guardian-of-adult", said, "/representation")
        return
    by_machine = application.text.review.decided_by == "system"
    if chosen.representation and by_machine and application.applicant == "person":
        counter = not {"counter", "booking-then-counter"}.isdisjoint(application.text.channels)
        zh, en = ("，或者到窗口办理", ", or comes to a counter") if counter else ("", "")
        said = Words(
            f"该事项由系统直接办理，网上不能代办，请本人登录办理{zh}。",
            "The system decides on this item alone, so nobody acts for another online: the"
            f" applicant signs in{en}.",
        )
        yield Fault("acting-not-online", said, "/representation")


def _members(application: Application) -> Iterator[Fault]:
    unit, named = application.applicant == "unit", application.has("member")
    if unit and not named:
        said = Words("须填写所代办的人员。", "The people for whom the unit applies are needed.")
        yield Fault("members-missing", said, "/members")
    if named and not unit:
        said = Words(
            "只有单位为其人员申请时才填写人员名单。",
            "Only a unit that applies for its people names them.",
        )
        yield Fault("members-not-asked", said, "/members")
