"""Who applies and who acts, as the body says it: its persons, its parties, and what is sealed.

An application without more is the account's own, of a person. Where somebody else is represented,
the account is the one who acts; what is known of the represented is sealed under a key of the
case's parties, which no erasure of the account destroys (ADR 18).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, get_args

import marshmallow as ma
import msgspec

from services.intake.application.faults import Fault
from services.intake.application.parties.persons import (
    PersonSchema,
    birth_faults,
    identity_kind,
    is_person,
    usual_kind,
)
from services.intake.application.questions.sealing import sealed_by_class
from services.intake.fields import email_field, phone_field
from shared.case.facts.parts import Party, PartyRole
from shared.catalogue import ItemText
from shared.catalogue.definition.words import ApplicantKind, Representative
from shared.eventlog import Sealed
from shared.http import Choice
from shared.security.data_classes import DataClass, answers_field
from shared.values.identity import IDENTITIES
from shared.vault import subject_stream

MOST_MEMBERS = 50
HANDLER: Representative = "unit-handler"
THIRD_PERSONS = answers_field(DataClass.THIRD_PERSON)
ROLES: Mapping[str, PartyRole] = MappingProxyType(
    {"guardian": "guardian", "agent": "agent", "unit-handler": "handler", "heir": "heir"}
)


class ApplicantSchema(PersonSchema):
    """Who applies: a person, an organisation with its code, or a unit for people of its own."""

    kind = Choice(*get_args(ApplicantKind))
    id_kind = Choice(*IDENTITIES)
    phone = phone_field()
    email = email_field()

    @ma.validates_schema
    def reachable(self, data: dict[str, Any], *, partial: Any = None, **_: Any) -> None:
        """One of the two is needed, or nobody could be told anything."""
        if not partial and not data.get("phone") and not data.get("email"):
            raise ma.ValidationError("a phone number or an e-mail address is needed", "email")


def everybody(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everybody that a body names, with the place."""
    yield "/applicant", body["applicant"]
    if "representative" in body:
        yield "/representative", body["representative"]
    for at, one in enumerate(body.get("members", ())):
        yield f"/members/{at}", one


def unborn(body: Mapping[str, Any], today: date) -> Iterator[Fault]:
    """Numbers with a date of birth that is yet to come."""
    for at, one in everybody(body):
        yield from birth_faults(one, at, today)


def acting_as(body: Mapping[str, Any]) -> str:
    """In which capacity somebody acts: of an organisation or a unit its handler, unless it says so.

    Empty for a person who applies in person.
    """
    said: str = body.get("representation", "")
    return said or ("" if is_person(body["applicant"]) else HANDLER)


def parties_of(
    body: Mapping[str, Any],
    *,
    subject: str = "",
    case: str = "",
    organisation: Callable[[str], str] = lambda _code: "",
) -> tuple[Party, ...]:
    """The parties of the case; none for a person who applies in person.

    `organisation` gives the reference of one by its code.
    """
    applicant, members = body["applicant"], body.get("members", ())
    kind: ApplicantKind = applicant.get("kind", "person")
    if kind == "person" and "representative" not in body and not members:
        return ()
    key = party_key(case)
    ref = organisation(applicant["id_number"]) if kind != "person" and case else ""
    found = [Party(role="applicant", kind=kind, ref=ref, key_ref=key)]
    if "representative" in body:
        role = ROLES.get(acting_as(body), "handler")
        acting = Party(role=role, kind="person", ref=subject, key_ref=subject_stream(subject))
        found.append(acting)
    return (*found, *(Party(role="member", kind="person", key_ref=key) for _ in members))


def party_key(case: str) -> str:
    """The key of a case under which what it knows of others than the account is sealed."""
    return f"party/{case}"


def personal_of(body: Mapping[str, Any], text: ItemText | None = None) -> dict[str, str]:
    """The personal values of a body by the names of their sealed fields.

    The kind of an identity document is sealed where it is not the usual one. `text`: the item,
    which gives each answer its class; None for an item that is not there.
    """
    applicant = body["applicant"]
    said = {name: value for name, value in applicant.items() if value and name != "kind"}
    if identity_kind(applicant) == usual_kind(applicant):
        said.pop("id_kind", None)
    if body.get("delivery_address"):
        said["delivery_address"] = body["delivery_address"]
    for name in ("representative", "members"):
        if body.get(name):
            said[name] = msgspec.json.encode(body[name], order="deterministic").decode()
    return said | sealed_by_class(body.get("facts", {}), text)


def sealed_parts(
    personal: Mapping[str, str], parties: tuple[Party, ...], *, subject: str, case: str
) -> dict[str, Sealed]:
    """Each personal value with its key.

    The applicant's own under the key of that party, the account's under the account's, the address
    of a delivery and where somebody lives or goes under the case's, and the members and other third
    persons under the parties'.
    """
    account = subject_stream(subject)
    applicant = next((one.key_ref for one in parties if one.role == "applicant"), account)
    keys = {
        **dict.fromkeys(("name", "id_kind", "id_number"), applicant),
        "delivery_address": f"case/{case}",
        answers_field(DataClass.RESIDENCE): f"case/{case}",
        "members": party_key(case),
        THIRD_PERSONS: party_key(case),
    }
    return {name: Sealed(keys.get(name, account), text) for name, text in personal.items()}
