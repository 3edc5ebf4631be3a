"""Whether those who apply and act are the ones for whom the sign-in vouches (real name, R-014).

Who applies alone is that person; where somebody is represented, the one who acts is. A sign-in
that vouches for nobody leaves the names to the papers, as a counter does.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from services.intake.application.faults import Fault
from services.intake.application.parties.persons import identity_kind, is_person
from services.intake.application.parties.tried import GIVEN
from shared.clock.telling.wording import Words
from shared.security.principal import ActsFor, Principal, Role, VouchedIdentity
from shared.values.identity import NOT_BORN_YET, IdentityKind, read_number
from shared.values.unusable import Unusable

DIFFERS = "identity-differs"
OTHER_PARTY = "other-party"
_PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "name": ("姓名", "The name"),
        "id_kind": ("证件种类", "The kind of document"),
        "id_number": ("证件号码", "The number"),
    }
)


def vouched_for(caller: Principal) -> VouchedIdentity | None:
    """The identity that binds an application of the caller's own.

    None for staff, who try out an application for somebody else.
    """
    return None if caller.has(Role.OFFICER) else caller.identity


def differing(body: Mapping[str, Any], vouched: VouchedIdentity | None) -> tuple[str, ...]:
    """The places at which the body names somebody else than the sign-in does, as far as filled in.

    What cannot be read at all is named elsewhere.
    """
    if vouched is None:
        return ()
    acting = "representation" in body or "representative" in body
    at = "representative" if acting or not is_person(body["applicant"]) else "applicant"
    person = body.get(at, {})
    return tuple(f"/{at}/{part}" for part in _differing(person, vouched))


def _differing(person: Mapping[str, Any], vouched: VouchedIdentity) -> Iterator[str]:
    name, number = person.get("name", GIVEN), person.get("id_number", GIVEN)
    if vouched.name and name != GIVEN and _plain(name) != _plain(vouched.name):
        yield "name"
    told = "id_kind" in person or number != GIVEN
    if told and identity_kind(person) != vouched.kind:
        yield "id_kind"
    elif number != vouched.number and _readable(number, vouched):
        yield "id_number"


def _readable(number: str, vouched: VouchedIdentity) -> bool:
    try:
        read_number(cast("IdentityKind", vouched.kind), number, today=NOT_BORN_YET)
    except Unusable:
        return False
    return True


def _plain(name: str) -> str:
    """A name without what people write differently: blanks, the dot between its parts, case."""
    kept = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in kept if one.isalnum())


def vouched_faults(differs: tuple[str, ...]) -> Iterator[Fault]:
    """Each of these places, with what to do about it."""
    for pointer in differs:
        zh, en = _PARTS[pointer.rpartition("/")[2]]
        said = Words(
            f"{zh}与您登录时核验的身份不一致。为本人申请的，请按登录的身份填写；替他人办理的，"
            "请选择代办身份，并在代办人处填写您本人的姓名和证件；使用其他证件的，请到窗口办理。",
            f"{en} is not that of the identity with which you signed in. If you apply for yourself,"
            " fill it in as you are known there; if you act for somebody else, say in which"
            " capacity, and name yourself as the one who acts; with another document, come to a"
            " counter.",
        )
        yield Fault(DIFFERS, said, pointer)


def not_spoken_for(applicant: Mapping[str, Any], acts_for: ActsFor | None) -> Iterator[Fault]:
    """Who acts for an organisation by the sign-in applies for that one, as far as it is filled in.

    Which one that is stays untold: what was filled in may be another's.
    """
    if acts_for is None or not applicant:
        return
    number = applicant.get("id_number", GIVEN)
    if is_person(applicant):
        said = Words(
            "您是以单位的身份登录的，只能为该单位申请；为个人申请的，请用个人账号登录。",
            "You signed in for an organisation and apply for it alone; to apply for a person, sign"
            " in with that person's own account.",
        )
        yield Fault(OTHER_PARTY, said, "/applicant/kind")
    elif number not in {GIVEN, acts_for.code}:
        said = Words(
            "您登录时核验的单位与所填统一社会信用代码不一致。请核对代码；"
            "为其他单位办理的，请用该单位的账号登录。",
            "The organisation verified at your sign-in is not the one of this unified social credit"
            " code. Look at the code again; to apply for another organisation, sign in with its"
            " account.",
        )
        yield Fault(OTHER_PARTY, said, "/applicant/id_number")
