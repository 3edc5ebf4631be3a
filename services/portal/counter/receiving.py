"""Somebody is there: how, and which identity document the officer saw. And: the next, please."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.portal.applying.sitting import Person, posted
from services.portal.cases.commanding import fresh_key, key_sent, why_not
from services.portal.counter.reception import Reception, end_reception
from services.portal.forms.faults import InputFault
from services.portal.forms.filling import unreadable
from services.portal.forms.parts import NOTHING, FormInput, FormPage, Pick, Typed, one_typed
from services.portal.room import Portal
from services.portal.session.forms import kept_form, visitor

UNSEEN = "none"
SEEN_KINDS = (
    *("resident-id", "hk-macao-taiwan-residence-permit"),
    *("permanent-residence-card", "passport"),
)
"""The documents that can be seen, as the API has them."""


def _picks(name: str, *codes: str) -> tuple[Pick, ...]:
    return tuple(Pick(code, NOTHING, words=f"{name}-{code}") for code in codes)


HOW = FormInput(
    name="how",
    kind="one",
    pointer="/how",
    words="counter-how",
    required=True,
    picks=_picks("how", "present", "telephone"),
)
DOCUMENT = FormInput(
    name="document.id_kind",
    kind="one",
    pointer="/document/id_kind",
    words="counter-document",
    required=True,
    picks=_picks("seen", UNSEEN, *SEEN_KINDS),
)
DOCUMENT_NUMBER = FormInput(
    name="document.id_number",
    kind="text",
    pointer="/document/id_number",
    words="counter-number",
)
PAGE = FormPage(key="reception", inputs=(HOW, DOCUMENT, DOCUMENT_NUMBER), words="reception")


def routes(blp: Blueprint, portal: Portal) -> None:
    """Begin to serve somebody, and end it."""

    @blp.get("/counter")
    def start() -> str:
        Person.here(portal)
        return _shown(kept_form(), [])

    @blp.post("/counter")
    def receive() -> str | Response:
        token, said = Person.here(portal).token, posted()
        if wrong := _wrong(said):
            return _shown(said, wrong)
        body = _body(said)
        answer = portal.api.post("/v1/counter/sittings", body, token=token, key=key_sent())
        if not answer.ok:
            return _shown(said, why_not(answer, PAGE, body))
        end_reception()
        told = answer.document
        Reception(told["sitting"], told["how"], told["seen"] or "").keep()
        return redirect(url_for("counter.items"))

    @blp.post("/counter/next")
    def following_person() -> Response:
        end_reception()
        return redirect(url_for("counter.start"))


def _wrong(said: Typed) -> list[InputFault]:
    """What is wrong before the API is asked; the number of a document that was seen is needed."""
    wrong = dict(unreadable(PAGE, said))
    kind, number = one_typed(said, DOCUMENT.name), one_typed(said, DOCUMENT_NUMBER.name)
    if kind in SEEN_KINDS and not number:
        wrong[DOCUMENT_NUMBER.name] = "needed"
    if kind == UNSEEN and number:
        wrong[DOCUMENT.name] = "choose-document"
    return [InputFault(PAGE.key, name, NOTHING, code) for name, code in wrong.items()]


def _body(said: Typed) -> dict[str, object]:
    kind = one_typed(said, DOCUMENT.name)
    body: dict[str, object] = {"how": one_typed(said, HOW.name)}
    if kind != UNSEEN:
        number = one_typed(said, DOCUMENT_NUMBER.name)
        body["document"] = {"id_kind": kind, "id_number": number}
    return body


def _shown(typed: Typed, faults: list[InputFault]) -> str:
    return render_template(
        "counter/start.html",
        page=PAGE,
        typed=typed,
        faults=faults,
        key=fresh_key(),
        serving=bool(visitor().get("counter")),
    )
