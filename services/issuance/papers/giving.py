"""Who gets which paper of a case: the list, and the file itself, each reading on record."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from flask import Response

from services.issuance.papers.drawn.content import paper_title
from services.issuance.papers.finding import Named, papers_named
from services.issuance.papers.orders import PaperOrder
from services.issuance.papers.sheets import Sheet
from services.issuance.papers.signed.codes import shown_code, typed_code
from services.issuance.room import Issuance
from shared.case import Case, case_stream, paper_stream
from shared.case.issuance.paper import PaperKind, PaperSigned
from shared.case.reading.cells import by_duty, readable
from shared.casework.http import loaded_case
from shared.casework.log import case_of, signed_paper
from shared.casework.reading.caller import Entitled, entitled, must_be_entitled
from shared.casework.reading.routes import ReasonSchema
from shared.clock import local_day
from shared.http import (
    Blueprint,
    Choice,
    Day,
    Int,
    Items,
    Nested,
    Problem,
    Schema,
    Str,
    actor,
    answered,
    not_found,
)
from shared.security.data_classes import DataClass
from shared.security.duties import Duty

PAPERS = frozenset({DataClass.PAPER})
WHY = "paper"
SOON_S = 2
NO_FONT = "Papers cannot be drawn now: the font is not installed (make fonts)."
# It is not tried any more: whoever waits would wait for ever.
GIVEN_UP = "The paper could not be made; the office has to look into it. Please ask the office."
GIVEN_UP_ZH = "文书未能制作成功，须由办理机关查明原因后处理，请与办理机关联系。"
FILE = {
    "description": "The signed paper.",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}


PaperState = Literal["ready", "being-made", "no-font", "failed"]


class CasePaperSchema(Schema):
    """A paper that the caller may have. `state`: it is being made until it is ready.

    `code` and `size` are null until then.
    """

    paper = Str()
    kind = Choice(*get_args(PaperKind))
    title = Str()
    result = Str(allow_none=True)
    day = Day()
    state = Choice(*get_args(PaperState))
    code = Str(allow_none=True)
    size = Int(allow_none=True)


class CasePapersSchema(Schema):
    """The papers of a case that the caller may have now, in the order of its course."""

    case = Str()
    papers = Items(Nested(CasePaperSchema), most=50)


def case_routes(blp: Blueprint, room: Issuance) -> None:
    """List the papers of a case."""

    @blp.get("/<case>/papers")
    @blp.arguments(ReasonSchema, location="query")
    @blp.response(200, CasePapersSchema)
    def papers(query: dict[str, Any], case: str) -> Response:
        """The papers of a case that the caller may have; those that are not made yet are made."""
        found = case_of(loaded_case(room.log, case))
        may = must_be_entitled(found, now=room.now(), reason=query.get("reason", ""), to=PAPERS)
        named = [one for one in _papers(room, found) if duty_of(may, one.sheet) is not None]
        return answered({"case": case, "papers": [_shown(room, found, one) for one in named]})


def routes(blp: Blueprint, room: Issuance) -> None:
    """Give a paper."""

    @blp.get("/<paper>")
    @blp.arguments(ReasonSchema, location="query")
    @blp.doc(responses={200: FILE})
    def paper(query: dict[str, Any], paper: str) -> Response:
        """A signed paper as a PDF; the reading is recorded first."""
        paper = typed_code(paper) or ""
        if not paper:
            raise not_found()
        signed = signed_paper(room.log.load(paper_stream(paper))).signed
        order = room.orders.of(paper) if signed is None else None
        of_case = signed.fact.case if signed else order.case if order else ""
        if not of_case:
            raise not_found()
        case = case_of(loaded_case(room.log, of_case))
        may = entitled(case, now=room.now(), reason=query.get("reason", ""))
        sheet = next((one.sheet for one in _papers(room, case) if one.id == paper), None)
        duty = duty_of(may, sheet) if sheet is not None else None
        if duty is None:
            # The reasons that would open it are told on the list of the case.
            raise not_found()
        if signed is None:
            raise _not_ready(room, order)
        return _file(room, signed.fact, paper, may, duty)


def duty_of(may: Entitled, sheet: Sheet) -> Duty | None:
    """The duty by which the caller may have this paper; None where there is none."""
    for duty in Duty:
        if duty not in sheet.duties or duty not in may.reader.duties:
            continue
        if DataClass.PAPER in readable(may.stage, by_duty(may.reader, duty)):
            return duty
    return None


def _papers(room: Issuance, case: Case) -> Iterable[Named]:
    return papers_named(
        case,
        rules=room.rules,
        numbers=room.numbers,
        log=room.log,
        key_of=room.vault.keys.get,
    )


def _shown(room: Issuance, case: Case, one: Named) -> dict[str, Any]:
    signed = signed_paper(room.log.load(paper_stream(one.id))).signed
    return {
        "paper": one.id,
        "kind": one.sheet.kind,
        "title": paper_title(one.sheet.kind, room.rules.item_of(case), one.sheet.result),
        "result": one.sheet.result_code or None,
        "day": local_day(one.sheet.at).isoformat(),
        "state": "ready" if signed else _state(room, case, one),
        "code": shown_code(one.id) if signed else None,
        "size": signed.fact.size if signed else None,
    }


def _state(room: Issuance, case: Case, one: Named) -> PaperState:
    """Whoever looks for a paper has it made: it is drawn by the worker, which has the keys."""
    if not room.fonts.installed:
        return "no-font"
    order = room.orders.add(one.id, case.id, now=room.now())
    return "failed" if order.given_up else "being-made"


def _not_ready(room: Issuance, order: PaperOrder | None) -> Problem:
    if not room.fonts.installed:
        return Problem("paper-not-ready", NO_FONT)
    if order is not None and order.given_up:
        return Problem("paper-failed", GIVEN_UP, detail_zh=GIVEN_UP_ZH)
    return Problem(
        "paper-not-ready",
        "The paper is being made; ask for it again in a moment.",
        detail_zh="文书正在制作，请稍后再次查看。",
        headers={"Retry-After": str(SOON_S)},
    )


def _file(room: Issuance, fact: PaperSigned, paper: str, may: Entitled, duty: Duty) -> Response:
    content = room.blobs.read(
        fact.blob,
        reader=actor(),
        why=WHY,
        read_as=may.read_by(duty),
        place=f"{case_stream(fact.case)}/paper/{paper}",
        data_class=DataClass.PAPER,
    )
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{paper}.pdf"'
    return response
