"""The pages of a form, one after another; what was typed is kept before anybody else is asked."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from services.portal.applying.importing import SECTION, imported, importing_into, template_route
from services.portal.applying.signed_in import proposed, where_it_is_decided
from services.portal.applying.sitting import (
    DO,
    NoForm,
    NotAgreed,
    NotVerified,
    Sitting,
    posted,
)
from services.portal.applying.uploads import taken_out, took_in
from services.portal.faults import NOT_FOUND
from services.portal.faults import page as problem
from services.portal.forms.faults import InputFault
from services.portal.forms.filling import unreadable
from services.portal.forms.parts import DATE_PARTS, NOTHING, FormPage, Typed
from services.portal.forms.repeating import with_another, without_one
from services.portal.room import Portal
from services.portal.session.forms import kept_form

LATER, ADD, REMOVE, UPLOAD, TAKE_OUT = "later", "add", "remove", "upload", "take-out"
GO_ON, IMPORT = "continue", "import"


def routes(blp: Blueprint, portal: Portal) -> None:
    """Fill in a form."""

    @blp.get("/apply/<item>")
    def begin(item: str) -> Response:
        return following(Sitting.at(portal, item))

    template_route(blp, portal)

    @blp.get("/apply/<item>/<key>")
    def question(item: str, key: str) -> str | Response:
        return question_page(Sitting.at(portal, item), key)

    @blp.post("/apply/<item>/<key>")
    def answer(item: str, key: str) -> str | Response:
        return answer_page(Sitting.at(portal, item), key)

    @blp.post("/apply/<item>/discard")
    def discard(item: str) -> Response:
        sitting = Sitting.at(portal, item)
        sitting.forget()
        return redirect(sitting.aside)


def question_page(sitting: Sitting, key: str) -> str | Response:
    """The page of this key, with what was typed on it before somebody had to sign in."""
    typed_before = {name: texts for name, texts in kept_form().items() if name != DO}
    typed_in(sitting, typed_before)
    page = sitting.page(key)
    return following(sitting) if page is None else question_shown(sitting, page, [])


def answer_page(sitting: Sitting, key: str) -> str | Response:
    """Keep what this request says, and do what its button says."""
    said, before = posted(), dict(sitting.draft.typed)
    typed_in(sitting, said)
    sitting.save()  # before the services are asked: they may be away
    page = sitting.page(key)
    if page is None:
        return following(sitting)
    sitting.draft.type_in(names_of(page), said)
    page = sitting.page(key) or page  # with what the answers on it opened
    if opened_on(page, sitting.pages_for(before)) and request.form.get(DO) == GO_ON:
        sitting.save()
        return question_shown(sitting, page, [])
    return page_answered(sitting, page)


def typed_in(sitting: Sitting, said: Typed) -> None:
    """Put this into the draft; 413 where it is more than a form can hold."""
    try:
        sitting.draft.type_in(said, said)
    except ValueError:
        abort(413)


def names_of(page: FormPage) -> list[str]:
    """The names that the inputs of a page post; pictures are kept and not posted again."""
    names = []
    for one in page.inputs:
        if one.kind == "date":
            names += [f"{one.name}.{part}" for part in DATE_PARTS]
        elif one.kind != "upload":
            names.append(one.name)
    return names


def page_answered(sitting: Sitting, page: FormPage) -> str | Response:
    """Do what the button says: go on, add somebody, take something out, come back later."""
    do, _, what = request.form.get(DO, "").partition(":")
    draft = sitting.draft
    if do == ADD and page.repeats:
        draft.typed = with_another(draft.typed, page.repeats)
    elif do == REMOVE and page.repeats and what.isdigit():
        draft.typed = without_one(draft.typed, page.repeats, int(what))
    elif do == TAKE_OUT:
        name, _, blob = what.partition(":")
        taken_out(draft.typed, name, blob)
    wrong = took_in(sitting.api, sitting.person.token, page, draft.typed, sitting=sitting.handle)
    into = importing_into(page) if do == IMPORT else None
    if into is not None:
        wrong = imported(sitting, page, into)
    if do in {ADD, REMOVE, TAKE_OUT, UPLOAD, IMPORT} or wrong:
        sitting.save()
        return question_shown(sitting, sitting.page(page.key) or page, wrong)
    if do == LATER:
        sitting.save()
        return redirect(sitting.aside)
    wrong = faults_on(sitting, page)
    if not wrong:
        sitting.left(page.key)
    sitting.save()
    return question_shown(sitting, page, wrong) if wrong else following(sitting)


def opened_on(page: FormPage, before: list[FormPage]) -> bool:
    """Whether an answer on a page opened a question on it, which nobody has seen yet."""
    shown = next((one for one in before if one.key == page.key), None)
    if shown is None or page.repeats:
        return False
    return not {one.name for one in page.inputs} <= {one.name for one in shown.inputs}


def faults_on(sitting: Sitting, page: FormPage) -> list[InputFault]:
    """What is wrong on this page: what cannot be read, else what the API says of it."""
    wrong = unreadable(page, sitting.draft.typed)
    if wrong:
        return [InputFault(page.key, name, NOTHING, code) for name, code in wrong.items()]
    found = where_it_is_decided(sitting.faults_in(sitting.check()), sitting.pages)
    return [one for one in found if one.page == page.key]


def following(sitting: Sitting) -> Response:
    """The first page that is to be answered, or the check of the answers."""
    page = sitting.next
    if page is None:
        return redirect(sitting.to("check"))
    return redirect(sitting.to("question", key=page.key))


def question_shown(sitting: Sitting, page: FormPage, faults: list[InputFault]) -> str:
    """The page with what was typed, and what is wrong with it."""
    keys = [one.key for one in sitting.pages]
    at = keys.index(page.key) if page.key in keys else 0
    known = {} if faults else proposed(page, sitting.draft.typed, sitting.known)
    return render_template(
        "applying/question.html",
        page=page,
        typed={**sitting.draft.typed, **known},
        known=known,
        faults=faults,
        importing=page.key.removeprefix(SECTION) if importing_into(page) else "",
        sitting=sitting,
        title=sitting.draft.title,
        back=sitting.to("question", key=keys[at - 1]) if at else "",
        place=at + 1,
        places=len(keys),
    )


def not_agreed(error: NotAgreed) -> Response:
    """To the guide, whose button begins the application."""
    return redirect(error.guide)


def not_verified(error: NotVerified) -> str:
    """The page that says what somebody does whose account is no real-name account."""
    return render_template("applying/not_verified.html", item=error.item, title=error.title)


def no_form(error: NoForm) -> Response:
    """The page that says where the item is applied for instead, or that there is none."""
    if error.status == NOT_FOUND:
        return problem("not-found", NOT_FOUND)
    content = render_template("applying/no_form.html", item=error.item)
    return Response(content, status=200, content_type="text/html")
