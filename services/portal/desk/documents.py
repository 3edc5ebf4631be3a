"""What is done at the desk with a document that somebody holds: revoked, endorsed, suspended."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.portal.desk.actions import DeskAction
from services.portal.desk.asked.inputs import Body, desk_choice, desk_input, desk_words, values_of
from services.portal.forms.parts import Bilingual, FormInput, Typed

GROUNDS = ("decision", "authority", "lost")
REASONS = (
    *("granted-unlawfully", "not-qualified", "obtained-by-deceit", "holder-died"),
    *("holder-dissolved", "licence-withdrawn", "force-majeure", "other-by-law"),
)
ENDORSEMENTS = ("address-changed", "annual-review", "class-added")
_ON_LINES = Bilingual(
    "写明法律名称和条款，每行一条。挂失的不填。", "Name and article of each law, one a line."
)
_OF_A_DECISION = Bilingual("因挂失而注销的不填。", "Leave it out where it was lost.")
_NOT_BEFORE = Bilingual("与证照有效期一致的不填。", "Leave it out where it ends with the document.")


def _revocation(_case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    return (
        desk_choice("ground", *GROUNDS),
        desk_choice("reason", *REASONS, required=False, words="revoked", hint=_OF_A_DECISION),
        desk_input("legal_basis", "long", required=False, hint=_ON_LINES),
        desk_words("explanation"),
    )


def _revocation_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """The laws are a list."""
    said = values_of(inputs, typed)
    lines = str(said.pop("legal_basis", "")).splitlines()
    laws = [one.strip() for one in lines if one.strip()]
    return {**said, "legal_basis": laws} if laws else said


def _endorsement(_case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    return (
        desk_choice("endorsement", *ENDORSEMENTS),
        desk_input("until", "date", required=False, words="endorsed-until", hint=_NOT_BEFORE),
        desk_words("explanation"),
    )


def _explained(_case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    return (desk_words("explanation"),)


def _suspension_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """There is one ground: it was lost."""
    return {"ground": "lost", **values_of(inputs, typed)}


ON_DOCUMENT: Mapping[str, DeskAction] = MappingProxyType(
    {
        "endorsement": DeskAction(
            service="issuance", path="documents/{document}/endorsement", inputs=_endorsement
        ),
        "suspension": DeskAction(
            service="issuance",
            path="documents/{document}/suspension",
            inputs=_explained,
            body=_suspension_body,
        ),
        "reinstatement": DeskAction(
            service="issuance", path="documents/{document}/reinstatement", inputs=_explained
        ),
        "revocation": DeskAction(
            service="issuance",
            path="documents/{document}/revocation",
            inputs=_revocation,
            body=_revocation_body,
        ),
    }
)
"""What can be done with a document: the names are those of its `actions`."""
