"""The public check of a paper by its code, and the keys with which it is checked offline."""

from datetime import date, datetime
from typing import Any, get_args

import msgspec
from flask import Response, request

from services.issuance.documents.papers import verified
from services.issuance.papers.drawn.content import given_by, paper_title
from services.issuance.papers.limiting import WrongCodes
from services.issuance.papers.signed.codes import shown_code, typed_code
from services.issuance.room import Issuance
from shared.case import Case, IssuedDocument, case_stream, document_stream, paper_stream
from shared.case.issuance.document import DocumentRevoked, DocumentSuspended, Standing
from shared.case.issuance.number import NumberVoided
from shared.case.issuance.paper import PaperKind, PaperSigned
from shared.casework.log import case_of, issued_document, signed_paper
from shared.clock import local_day
from shared.eventlog import Actor, Loaded
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Day,
    Items,
    Nested,
    Schema,
    Str,
    answered,
    not_found,
)
from shared.vault import Erased, ReadAs

STRANGER = Actor(kind="public", ref="public")
WHY = "verification"
_AS = ReadAs(duty="verify")
_ENDS = frozenset({DocumentRevoked.TYPE, DocumentSuspended.TYPE, NumberVoided.TYPE})


class PaperVerificationSchema(Schema):
    """What a paper is, and whether it is valid now. Of its holder the first character alone.

    `since`: from which day on it has this status. `holder` is null where the person was erased.
    """

    code = Str()
    what = Str()
    kind = Choice(*get_args(PaperKind))
    by = Str()
    holder = Str(allow_none=True)
    number = Str()
    day = Day()
    status = Choice(*get_args(Standing))
    valid = Bool()
    since = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class PaperKeySchema(Schema):
    """A public key of statements, as a JWK (RFC 8037)."""

    kid = Str()
    x = Str()
    kty = Str()
    crv = Str()
    alg = Str()
    use = Str()


class PaperKeysSchema(Schema):
    """What checks a paper offline: every key that ever signed a statement; the authority, PEM."""

    keys = Items(Nested(PaperKeySchema), most=100)
    certificate_authority = Str(lines=True, max_length=10_000)


def routes(blp: Blueprint, room: Issuance, wrong: WrongCodes) -> None:
    """Check a paper."""

    @blp.get("/v1/verification/<code>")
    @blp.response(200, PaperVerificationSchema)
    def check(code: str) -> Response:
        """Say what paper has this code, and whether it is valid now."""
        paper = typed_code(code)
        # Only what the ledger has counts, of the paper as of what it states.
        loaded = room.sequenced(paper_stream(paper)) if paper else None
        signed = signed_paper(loaded).signed if loaded is not None else None
        if paper is None or loaded is None or signed is None:
            wrong.note(request.remote_addr or "")
            raise not_found()
        return answered({"code": shown_code(paper), **_said(room, loaded, signed.fact)})

    described = blp.response(200, PaperKeysSchema)

    def keys() -> Response:
        """The public keys of papers, and the certificate of their authority."""
        return answered(msgspec.to_builtins(room.paper_keys))

    blp.get("/v1/verification")(described(keys))
    blp.get("/.well-known/caseledger-papers.json", endpoint="well_known")(described(keys))


def _said(room: Issuance, loaded: Loaded, fact: PaperSigned) -> dict[str, Any]:
    case = case_of(room.sequenced(case_stream(fact.case)))
    words = _words(room, case, fact)
    said = {**words, "kind": fact.paper, "number": fact.number, "day": fact.day.isoformat()}
    said["holder"] = _holder(room, loaded.stream)
    if not fact.document:
        worth = {"status": "valid", "valid": True, "since": said["day"], "valid_until": None}
        return {**said, **worth}
    history = room.sequenced(document_stream(fact.document))
    document = issued_document(history)
    now = verified(document, case, local_day(room.now()))
    since = _since(document, history, str(now["status"]))
    return {
        **said,
        "status": now["status"],
        "valid": now["valid"],
        "since": since.isoformat() if since else None,
        "valid_until": now["valid_until"],
    }


def _words(room: Issuance, case: Case, fact: PaperSigned) -> dict[str, Any]:
    """The title of the paper in the words of the case's own edition, and who gave it."""
    item = room.rules.item_of(case)
    rule = next((one for one in item.text.results if one.code == fact.result), None)
    by = room.rules.office_called(case) or given_by(item)
    if rule is not None:
        return {"what": rule.name, "by": by}
    return {"what": paper_title(fact.paper, item), "by": by}


def _since(document: IssuedDocument, history: Loaded, status: str) -> date | None:
    """The first day of what it is worth now."""
    valid = document.numbered.valid if document.numbered else None
    if status == "valid":
        at = document.numbered_at.at if document.numbered_at else None
        return valid.since if valid else (local_day(at) if at else None)
    if status == "expired":
        until = valid.until if valid else None
        return date.fromordinal(until.toordinal() + 1) if until else None
    ends = [e for e in history.events if e.type in _ENDS]
    return local_day(datetime.fromisoformat(ends[-1].occurred_at)) if ends else None


def _holder(room: Issuance, stream: str) -> str | None:
    """The masked name: the reading is recorded, as a stranger's.

    The ledger has the paper by now; what is sealed is in the log alone.
    """
    (commit,) = room.log.load(stream, upto_version=1)
    try:
        return room.vault.reveal(
            commit, commit.first_version, "holder", reader=STRANGER, why=WHY, read_as=_AS
        )
    except Erased:
        return None
