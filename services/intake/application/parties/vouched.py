"""Whether the person who acts is the one for whom the sign-in vouches (real name, R-014).

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
from shared.security.principal import Principal, Role, VouchedIdentity
from shared.values.identity import NOT_BORN_YET, IdentityKind, read_number
from shared.values.unusable import Unusable

DIFFERS = "identity-differs"
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
