"""The parts of facts: small values that several events and the state of a case share."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

import msgspec

from shared.catalogue.definition.words import (
    STAGE_KINDS,
    ApplicantKind,
    DeliveryKind,
    StageKind,
)

Channel = Literal["email", "phone"]
# Each channel of messages, with the sealed field of an application that holds its address. Names
# and fields are on disk; the order is the one in which a case names its channels.
CHANNELS: Mapping[Channel, str] = MappingProxyType({"email": "email", "phone": "phone"})
Delivery = DeliveryKind
PartyRole = Literal["applicant", "guardian", "agent", "handler", "heir", "member"]
StepOutcome = Literal["passed", "failed", "rectify"]
ValidBasis = Literal["printed", "chosen", "original", "anew"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value inside a fact: strict in its constructor, tolerant on reading, as `Fact` is."""


class Stage(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One stage of a case's procedure, as its edition of the catalogue had it.

    `actor` is who acts: applicant, system, officer, panel, external or producer. `cause`: for what
    a clock that excludes it stands still during the stage. `retry`: the stage that follows an
    outcome which can be put right. `result`: what is recorded in it. An optional stage is never
    owed.
    """

    code: str
    kind: StageKind
    service: str
    actor: str
    cause: str = ""
    retry: str = ""
    result: str = ""
    optional: bool = False

    @property
    def is_step(self) -> bool:
        """Whether it stands between the acceptance and the decision."""
        return STAGE_KINDS[self.kind].step


# The procedure of a case whose submission names none: the path of the first item.
STANDARD: tuple[Stage, ...] = (
    Stage(code="payment", kind="payment", service="intake", actor="applicant"),
    Stage(code="acceptance", kind="acceptance", service="intake", actor="system"),
    Stage(code="decision", kind="decision", service="review", actor="officer"),
    Stage(code="production", kind="production", service="issuance", actor="producer"),
    Stage(code="handover", kind="handover", service="issuance", actor="officer"),
    Stage(code="close", kind="close", service="issuance", actor="system"),
)


class Checked(Part, frozen=True, kw_only=True):
    """What came of a checkable condition of the item: code and outcome, never the answer."""

    check: str
    passed: bool


class Pin(Part, frozen=True, kw_only=True):
    """The edition of the catalogue that a case is judged by, from its submission on.

    `hash` covers the whole catalogue, `item_hash` the item alone (SHA-256, hex).
    """

    version: str
    hash: str
    item_hash: str


class Held(Part, frozen=True, kw_only=True):
    """A part of an item that a moved case keeps as it was, by which rule, and in one sentence.

    `what`: procedure, calendar, supplement, appeal, materials, fee, office, limits,
    or `limit:<name>`.
    """

    what: str
    rule: str
    text: str


class Material(Part, frozen=True, kw_only=True):
    """An uploaded material: its code in the item, and the sealed blob with the blob's hash."""

    code: str
    blob: str
    sha256: str
    media_type: str
    size: int


class Party(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody in the case: in which role, of which kind, under which reference (ADR 18).

    `ref`: of the account, or of the organisation; empty for a person who has none of their own.
    `key_ref`: the key under which what the case knows of them is sealed.
    """

    role: PartyRole
    kind: ApplicantKind
    key_ref: str
    ref: str = ""


class GuideAgreed(Part, frozen=True, kw_only=True):
    """The guide (办事须知) that the applicant read and agreed to: the item in this edition (R-015).

    `version` is the catalogue's; `content_hash` the item's (SHA-256, hex).
    """

    version: str
    content_hash: str


class Missing(Part, frozen=True, kw_only=True):
    """A material that is not there, under the name the source prints."""

    code: str
    name: str


class DueDate(Part, frozen=True, kw_only=True):
    """When a limit ends, and why.

    `due_at` is the end of the day `due` in Asia/Shanghai; both are null where no date can be
    computed, and `reason` says why. `provisional`: a year that is not announced is inside;
    `incomplete` names the province's years that are not loaded. `drives`: this is the one that the
    applicant is told. `rank` is law, rule, promise or internal (never told).
    """

    limit: str
    due: date | None
    due_at: datetime | None
    warn_at: datetime | None
    calendar_version: str
    provisional: bool
    incomplete: tuple[str, ...]
    drives: bool
    rank: str
    reason: str = ""


class Criterion(Part, frozen=True, kw_only=True):
    """A review criterion of the item: a code for findings, and the source's words."""

    code: str
    text: str


class Finding(Part, frozen=True, kw_only=True):
    """What the officer found on one criterion: met or not. A flag, never a document's content."""

    criterion: str
    met: bool


class PointFound(Part, frozen=True, kw_only=True):
    """What an inspection found on one point of its checklist, with the point's words."""

    point: str
    met: bool
    text: str
    text_en: str = ""


class SitePicture(Part, frozen=True, kw_only=True):
    """A picture that was taken at an inspection: the sealed blob, with the blob's hash."""

    blob: str
    sha256: str
    media_type: str
    size: int


class Vote(Part, frozen=True, kw_only=True):
    """How one member of a panel (a staff id) voted."""

    member: str
    vote: Literal["for", "against", "abstained"]


class Reason(Part, frozen=True, kw_only=True):
    """Why an application was refused: the criterion that is not met, in the source's words."""

    criterion: str
    text: str


class Office(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The office that has the case (受理点), and what it sets for itself (R-087).

    `variant`: the variant of the item's limits that holds there, such as "remote"; empty: none.
    `days`: the number it set for itself in the limit's unit; null: the printed maximum.
    """

    code: str
    variant: str = ""
    days: int | None = None


class Valid(Part, frozen=True, kw_only=True):
    """How long a result is valid (有效期): from `since` up to and including `until`.

    `until` null: long-term. `basis`: the item prints the length; whoever decided chose it among
    those the item leaves open; the original end was kept; or it was counted anew (R-169 to 177).
    """

    since: date
    until: date | None
    basis: ValidBasis


class Renewal(Part, frozen=True, kw_only=True):
    """By which item a document is renewed, and from which day on (R-092)."""

    item: str
    opens: date


class Grant(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was granted; `document/<id>` is a function of case, grant and issue.

    `valid`: how long; null where the item says nothing about it. `old_document`: the id of the
    older document of the same person that this one stands in for, where the officer named it.
    """

    grant: int
    result: str
    valid: Valid | None = None
    old_document: str = ""


__all__ = [
    "CHANNELS",
    "STANDARD",
    "Channel",
    "Checked",
    "Criterion",
    "Delivery",
    "DueDate",
    "Finding",
    "Grant",
    "Held",
    "Material",
    "Missing",
    "Office",
    "Part",
    "Party",
    "PartyRole",
    "Pin",
    "PointFound",
    "Reason",
    "Renewal",
    "Stage",
    "StageKind",
    "StepOutcome",
    "Valid",
    "ValidBasis",
    "Vote",
]
