"""How the applicant is reached from now on."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from services.portal.applying.sitting import Person
from services.portal.cases.case import case_shown
from services.portal.cases.commanding import commanded, why_not
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING, FormInput, FormPage
from services.portal.room import Portal
from services.portal.session.forms import kept_form

PAGE = FormPage(
    key="contact",
    inputs=(
        FormInput(name="phone", kind="text", pointer="/phone", words="phone"),
        FormInput(name="email", kind="text", pointer="/email", words="email"),
        FormInput(
            name="delivery_address", kind="long", pointer="/delivery_address", words="address"
        ),
    ),
    words="contact",
)


def routes(blp: Blueprint, portal: Portal) -> None:
    """Change it."""

    @blp.get("/cases/<case>/contact")
    def contact(case: str) -> str:
        return case_shown(portal, case, "cases/contact.html", page=PAGE, typed=kept_form())

    @blp.post("/cases/<case>/contact")
    def contact_changed(case: str) -> str | Response:
        said = {one.name: request.form.get(one.name, "").strip() for one in PAGE.inputs}
        body = {name: text for name, text in said.items() if text}
        typed = {name: (text,) for name, text in said.items()}
        if not body:
            faults = [InputFault(PAGE.key, "phone", NOTHING, "change-something")]
            return case_shown(
                portal, case, "cases/contact.html", faults=faults, page=PAGE, typed=typed
            )
        token = Person.here(portal).token
        answer = commanded(portal, f"/v1/cases/{case}/contact", body, token)
        if answer.ok:
            return redirect(url_for("cases.case", case=case, done="contact"))
        faults = why_not(answer, PAGE, body)
        return case_shown(portal, case, "cases/contact.html", faults=faults, page=PAGE, typed=typed)
