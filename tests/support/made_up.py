"""Made-up people and organisations whose numbers are right by their standards."""

from typing import Any, cast

from shared.case import Rules
from shared.case.facts.parts import Party, PartyRole
from shared.catalogue import Item
from shared.security.local_issuer import LocalIssuer
from shared.values.identity import NOT_BORN_YET, read_number
from shared.values.texts import tidied
from shared.values.unusable import Unusable


def vouching(body: object) -> dict[str, Any]:
    """The claims of a sign-in that vouches for whoever applies, or acts, by this body.

    Of no identity, where what the body says of them is none. A test of the guard gives its own.
    """
    nobody = {"identity": None, "name": None}
    if not isinstance(body, dict) or not isinstance(body.get("applicant"), dict):
        return {}
    applicant, acting = body["applicant"], "representation" in body or "representative" in body
    at = "representative" if acting or applicant.get("kind", "person") != "person" else "applicant"
    person = body.get(at)
    if not isinstance(person, dict):
        return nobody
    kind, number = person.get("id_kind", "resident-id"), person.get("id_number")
    name = person.get("name")
    if not isinstance(name, str) or not isinstance(number, str):
        return nobody
    try:
        return {
            "identity": {"kind": kind, "number": read_number(kind, number, today=NOT_BORN_YET)},
            "name": tidied(name),
        }
    except (Unusable, KeyError):
        return nobody


def agreed(item: Item, rules: Rules) -> dict[str, Any]:
    """The guide of an item in a body, where its form asks to agree to it."""
    if item.text.online is None or not item.text.online.agreement:
        return {}
    return {"guide": {"version": rules.catalogue.version, "content_hash": item.hash}}


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def numbered(region: str, born: str, serial: str = "001") -> str:
    """A resident's number (GB 11643) with its check character; `born` is YYYYMMDD."""
    body = region + born + serial
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def represented(representation: str) -> tuple[Party, ...]:
    """The parties of a person for whom somebody else acts."""
    role = {"unit-handler": "handler"}.get(representation, representation)
    return (
        Party(role="applicant", kind="person", key_ref="party/c"),
        Party(role=cast("PartyRole", role), kind="person", ref="s", key_ref="subject/s"),
    )


CREDIT_CODE, OTHER_CREDIT_CODE = "91650100MA7700006Q", "91350100M000100Y43"
COMPANY = {
    "kind": "organisation",
    "name": "测试样例有限公司",
    "id_number": CREDIT_CODE,
    "phone": "13900001111",
}
HOTEL_FACTS = {
    "hotel-name": "测试样例旅馆",
    "premises-address": "某县某街1号",
    "floor-area": "420.5",
    "guest-rooms": 20,
    "separate-rooms": True,
    "legal-representative": {"name": "法人·样例", "id_kind": "passport", "id_number": "C12345678"},
    "manager": {"name": "经理·样例", "id_kind": "passport", "id_number": "C23456789"},
}
HANDLER = {"name": "经办·样例", "id_kind": "passport", "id_number": "c12345678"}
HOTEL = {
    "item": "000-09",
    "delivery": "pickup",
    "declared": True,
    "materials": [],
    "facts": HOTEL_FACTS,
}


def acting_for(issuer: LocalIssuer, code: str, **claims: Any) -> dict[str, str]:
    """The header of a portal's token that speaks for an organisation, in the handler's name."""
    claim = {"kind": "organisation", "code": code}
    claims = vouching({"applicant": COMPANY, "representative": HANDLER}) | claims
    return {"Authorization": f"Bearer {issuer.issue('portal', acts_for=claim, **claims)}"}
