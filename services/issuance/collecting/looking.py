"""What was shown at the desk, held against the code and the holder's number.

The desk never sees the number: the end of it is compared here, and each comparison is a reading.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from services.issuance.collecting.codes import same_code, voucher_code
from services.issuance.collecting.proof import ProofShown
from services.issuance.papers.finding import key_ref_of
from services.issuance.room import Issuance
from shared.case import Case, case_stream
from shared.case.issuance.handover import DocumentHandedOver
from shared.casework.log import Personal
from shared.eventlog import Loaded, Sealed
from shared.http import actor, principal
from shared.security.duties import Duty
from shared.vault import Erased, ReadAs, SealedAt

END = 4  # characters of an identity document
WHY = "hand-over"
USUAL_KIND = "resident-id"  # of a person whose kind of document is not sealed apart


def looked_at(room: Issuance, case: Case, body: Mapping[str, Any]) -> ProofShown:
    """What the body says was shown, compared; the holder's number only after a right code.

    Raises:
        VaultUnavailable: the reading cannot be recorded, so nothing is compared.
    """
    identity = body.get("identity") or {}
    head = Duty.HEAD in principal().duties
    shown = ProofShown(
        code=_code_shown(room, case, body),
        kind=identity.get("kind", ""),
        authorisation=bool(body.get("authorisation_seen")),
        head=head,
    )
    voucher = case.document.asked if case.document else None
    if voucher is None or (voucher.locked and not head) or shown.code == "wrong":
        return shown
    if body["to"] != "applicant" or not identity or case.organisation:
        return shown
    return replace(shown, number=_compared(room, case, identity))


def code_of(room: Issuance, case: Case) -> str:
    """The code of a case whose document asks for one; empty where it has none.

    Raises:
        Erased: the applicant's key was destroyed, and with it every code.
    """
    document = case.document
    voucher = document.asked if document else None
    if document is None or voucher is None or voucher.asks != "code":
        return ""
    key = room.vault.keys.get(key_ref_of(case))
    return voucher_code(key, case=case.id, document=document.id, since=voucher.since)


def _code_shown(
    room: Issuance, case: Case, body: Mapping[str, Any]
) -> Literal["right", "wrong", "none"]:
    """Whether the code of the body is that of the case; where it has none, any is wrong."""
    if "voucher" not in body:
        return "none"
    code = code_of(room, case)
    return "right" if code and same_code(body["voucher"], code) else "wrong"


def agents_number(room: Issuance, body: Mapping[str, Any]) -> Callable[[Case], Personal]:
    """The end of the number of somebody who acts for the holder, sealed under the case's key.

    Nothing beside a wrong code: the try is recorded, and not who made it.
    """

    def sealed(case: Case) -> Personal:
        last_four = (body.get("identity") or {}).get("last_four")
        if last_four is None or body["to"] == "applicant":
            return {}
        if _code_shown(room, case, body) == "wrong":
            return {}
        value = Sealed(key_ref=case_stream(case.id), plaintext=last_four.upper())
        return {DocumentHandedOver.TYPE: {"last_four": value}}

    return sealed


def _compared(
    room: Issuance, case: Case, identity: Mapping[str, Any]
) -> Literal["same", "differs", "unknown"]:
    """The end of the number that was looked at, against the holder's; the reading is recorded."""
    loaded = room.log.load(case_stream(case.id))
    places = list(_places(loaded, case))
    duties = principal().duties
    duty = Duty.HAND_OVER if Duty.HAND_OVER in duties or Duty.HEAD not in duties else Duty.HEAD
    office = principal().office or principal().department or ""
    try:
        opened = room.vault.reveal_together(
            places,
            of=loaded.stream,
            reader=actor(),
            why=WHY,
            read_as=ReadAs(duty=duty.value, office=office),
        )
    except Erased:
        return "unknown"
    known = {one.field: opened[one.place] for one in places if one.place in opened}
    number = known.get("id_number", "")
    if known.get("id_kind", USUAL_KIND) != identity["kind"] or len(number) <= END:
        return "unknown"
    typed = identity["last_four"].upper().encode()
    return "same" if hmac.compare_digest(number[-END:].encode(), typed) else "differs"


def _places(loaded: Loaded, case: Case) -> Iterator[SealedAt]:
    """Where the kind and the number of the holder's identity document are sealed."""
    for field in ("id_kind", "id_number"):
        version = case.sealed_in.get(field)
        if version is not None:
            yield SealedAt(loaded.with_version(version), version, field)
