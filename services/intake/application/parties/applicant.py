"""Who applies, as the body says it, and what of the body is sealed."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import msgspec

from services.intake.application.parties.persons import USUAL, PersonSchema
from services.intake.fields import email_field, phone_field


class ApplicantSchema(PersonSchema):
    """Who applies. Sealed under that person's key before anything is stored."""

    phone = phone_field()
    email = email_field()

    @ma.validates_schema
    def reachable(self, data: dict[str, Any], *, partial: Any = None, **_: Any) -> None:
        """One of the two is needed, or nobody could be told anything."""
        if not partial and not data.get("phone") and not data.get("email"):
            raise ma.ValidationError("a phone number or an e-mail address is needed", "email")


def personal_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The personal values of a body by the names of their sealed fields.

    The kind of an identity document is sealed where it is not the usual one.
    """
    said = {name: value for name, value in body["applicant"].items() if value}
    if said.get("id_kind") == USUAL:
        del said["id_kind"]
    if body.get("delivery_address"):
        said["delivery_address"] = body["delivery_address"]
    if body.get("facts"):
        said["answers"] = msgspec.json.encode(body["facts"], order="deterministic").decode()
    return said
