"""The answer to the one request for what is missing: pictures first, then one button sends all."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.api import ApiAnswer
from services.portal.applying.drafts import FormDraft
from services.portal.applying.keeping import keep_uploads
from services.portal.applying.sitting import DO, Person
from services.portal.applying.uploads import taken_out, took_in
from services.portal.cases.commanding import commanded, fresh_key, why_not
from services.portal.cases.reading import Gathered
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING, Bilingual, FormInput, FormPage, Typed
from services.portal.room import Portal

SEND, TAKE_OUT = "send", "take-out"


def routes(blp: Blueprint, portal: Portal) -> None:
    """Hand in what is missing."""

    @blp.get("/cases/<case>/supplement")
    def supplement(case: str) -> str | Response:
        person = Person.here(portal)
        draft = portal.drafts.begin(person.owner, f"case/{case}", now=portal.now())
        return _shown(draft, _read(portal, person, case), [])

    @blp.post("/cases/<case>/supplement")
    def supplemented(case: str) -> str | Response:
        person = Person.here(portal)
        draft = portal.drafts.begin(person.owner, f"case/{case}", now=portal.now())
        found = _read(portal, person, case)
        page = supplement_page(found.document)
        do, _, what = request.form.get(DO, "").partition(":")
        if do == TAKE_OUT:
            name, _, blob = what.partition(":")
            taken_out(draft.typed, name, blob)
        wrong = took_in(portal.api, person.token, page, draft.typed)
        keep_uploads(portal, person.token, draft)
        portal.drafts.save(person.owner, draft, now=portal.now())
        if do != SEND or wrong:
            return _shown(draft, found, wrong)
        return _sent(portal, person, draft, found)


class Needed(NamedTuple):
    """One thing that was asked for: how it is said, and its sets of papers: one set is enough."""

    said: Bilingual
    one_of: list[list[Mapping[str, str]]]

    def lacks(self, typed: Typed) -> bool:
        """Whether no set of it is there whole."""
        return not any(all(typed.get(_name(one)) for one in each) for each in self.one_of)


def needed_of(case: Mapping[str, Any]) -> list[Needed]:
    """What was asked for; each paper by itself where the service does not say what is a choice."""
    supplement = case["supplement"] or {}
    if "asked" not in supplement:
        alone = supplement.get("missing", ())
        return [Needed(Bilingual(one["name"]), [[one]]) for one in alone]
    return [
        Needed(Bilingual(one["zh"], one["en"] if len(one["one_of"]) > 1 else ""), one["one_of"])
        for one in supplement["asked"]
    ]


def supplement_page(case: Mapping[str, Any]) -> FormPage:
    """An input for each paper that was asked for; an alternative says of what it is one."""
    inputs = tuple(
        FormInput(
            name=_name(one),
            kind="upload",
            pointer="/materials",
            title=Bilingual(one["name"]),
            hint=needed.said if len(needed.one_of) > 1 else NOTHING,
            required=True,
            code=one["code"],
        )
        for needed in needed_of(case)
        for each in needed.one_of
        for one in each
    )
    return FormPage(key="supplement", inputs=inputs, words="supplement")


def _name(one: Mapping[str, str]) -> str:
    return f"materials.{one['code']}"


def _read(portal: Portal, person: Person, case: str) -> ApiAnswer:
    return Gathered(portal, person.token).needed(f"/v1/cases/{case}")


def _sent(portal: Portal, person: Person, draft: FormDraft, found: ApiAnswer) -> str | Response:
    case, page = found.document["case"], supplement_page(found.document)
    materials = [
        {"code": one.code, "blob": blob}
        for one in page.inputs
        for blob in draft.typed.get(one.name, ())
    ]
    if not materials:  # the request is answered once: an empty answer would use it up
        wrong = [InputFault(page.key, one.name, NOTHING, "picture-needed") for one in page.inputs]
        return _shown(draft, found, wrong[:1])
    body = {"materials": materials}
    answer = commanded(portal, f"/v1/cases/{case}/supplement", body, person.token)
    if not answer.ok:
        return _shown(draft, _read(portal, person, case), why_not(answer, page, body))
    portal.drafts.forget(person.owner, draft.about)
    return redirect(url_for("cases.case", case=case, done="supplement"))


def _shown(draft: FormDraft, found: ApiAnswer, faults: list[InputFault]) -> str | Response:
    if "supplement" not in found.document["actions"]:
        return redirect(url_for("cases.case", case=found.document["case"]))
    page = supplement_page(found.document)
    return render_template(
        "cases/supplement.html",
        case=found.document,
        version=found.etag,
        key=fresh_key(),
        page=page,
        typed=draft.typed,
        faults=faults,
        begun=any(draft.typed.get(one.name) for one in page.inputs),
        lacking=[one.said for one in needed_of(found.document) if one.lacks(draft.typed)],
    )
