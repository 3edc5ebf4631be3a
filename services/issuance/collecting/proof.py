"""Whether what was shown at the desk lets a document go: a pure decision."""

from typing import Literal

import msgspec

from shared.case import Case, Fact
from shared.case.issuance.handover import (
    DocumentHandedOver,
    IdentityShown,
    To,
    VoucherRefused,
    WrongAs,
)
from shared.case.issuance.production import Voucher
from shared.casework.topics import Instead


class ProofShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown at the desk, compared with what is known.

    `code`: "none" where no code was typed. `kind`: of the identity document; empty where none was
    looked at. `number`: its end, against the holder's; "unknown" where there is none to compare it
    with. `authorisation`: the paper by which somebody acts for the holder was seen.
    `head`: who looked is a head of the office.
    """

    code: Literal["right", "wrong", "none"] = "none"
    kind: str = ""
    number: Literal["same", "differs", "unknown"] = "unknown"
    authorisation: bool = False
    head: bool = False


NOTHING_SHOWN = ProofShown()


class VoucherLocked(Instead):
    """Three times something wrong was shown: a new code is needed, or a head of the office."""

    code = "voucher-locked"
    without = frozenset({"handover"})


class ProofNeeded(Instead):
    """The document is not given away before this was looked at."""

    code = "proof-needed"


class NothingAsked(Instead):
    """This way of handing over asks for neither code nor identity document."""

    code = "nothing-asked"


def collected(case: Case, to: To, shown: ProofShown) -> list[Fact]:
    """The document given away, or one wrong try more: with a wrong code nobody ever gets it.

    Raises:
        VoucherLocked: after three wrong tries, to anybody but a head of the office.
        ProofNeeded: something was not looked at.
        NothingAsked: something was, and nothing is asked here.
    """
    document = case.document
    if document is None:
        return []
    voucher = document.asked
    if voucher is None:
        nothing_asked(shown)
        return [DocumentHandedOver(document=document.id, to=to)]
    if voucher.locked and not shown.head:
        raise VoucherLocked(
            "Three times something wrong was shown. The applicant asks for a new code on the page"
            " of the case, or a head of the office checks the identity."
        )
    by = _let_go_by(voucher, shown)
    if by is None:
        return [_refused(document.id, voucher, "code")]
    if not shown.kind:
        raise ProofNeeded("Look at an identity document, and enter its kind and last four.")
    if to != "applicant":
        if not shown.authorisation:
            raise ProofNeeded("Whoever acts for the holder shows the authorisation too.")
    elif case.organisation:
        raise ProofNeeded(
            "An organisation applied: whoever comes for it acts for it. Enter that it goes to the"
            " unit, and look at their identity document and authorisation."
        )
    elif shown.number == "differs":
        return [_refused(document.id, voucher, "identity")]
    elif shown.number == "unknown" and not shown.head:
        raise ProofNeeded(
            "This document cannot be compared with the application: ask for the one that is"
            " stated there, or for a head of the office."
        )
    seen = IdentityShown(
        by=by,
        kind=shown.kind,
        compared=to == "applicant" and shown.number == "same",
        authorisation=to != "applicant",
    )
    return [DocumentHandedOver(document=document.id, to=to, shown=seen)]


def nothing_asked(shown: ProofShown) -> None:
    """What goes by post, from hand to hand, or is no document, asks for no proof.

    Raises:
        NothingAsked: a code or an identity document was entered all the same.
    """
    if shown.code != "none" or shown.kind or shown.authorisation:
        raise NothingAsked("No code and no identity document is asked for here: leave it out.")


def _let_go_by(voucher: Voucher, shown: ProofShown) -> Literal["code", "identity", "head"] | None:
    """By what it would go; None after a wrong code, whoever typed it.

    Raises:
        ProofNeeded: no code was typed, and one is asked.
    """
    if shown.code == "wrong":
        return None
    if shown.code == "right":
        return "code"
    if shown.head:
        return "head"
    if voucher.asks == "identity":
        return "identity"
    raise ProofNeeded("The code is missing: the applicant finds it on the page of the case.")


def _refused(document: str, voucher: Voucher, showed: WrongAs) -> VoucherRefused:
    return VoucherRefused(document=document, showed=showed, wrong=voucher.wrong + 1)
