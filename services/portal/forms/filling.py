"""What was typed, as an application for the API; and what is wrong before the API is asked."""

from collections.abc import Mapping
from typing import Any

from services.portal.forms.choosing import ChoicesMade, applicant_kinds, channel_of, chosen_of
from services.portal.forms.drawing import delivery_of, pages_of
from services.portal.forms.parties import needs_no_number
from services.portal.forms.parts import NO_OFFICE, Form, FormInput, FormPage, Typed, one_typed
from services.portal.forms.values import NotReadable, value_typed, was_typed

Application = dict[str, Any]
_PERSON = "person"


def application_of(form: Form, typed: Typed, *, declared: bool, channel: str = "") -> Application:
    """The body of a submission, from the inputs of the pages that this application has.

    What was typed on a page that is gone is left out, and so is what cannot be read
    (`unreadable` names it). `channel`: empty for the portal's.
    """
    chosen = chosen_of(form, typed, channel or channel_of(form))
    body: Application = {
        "item": form["item"],
        "channel": chosen.channel,
        "declared": declared,
        "applicant": {},
    }
    if way := delivery_of(form, typed, chosen):
        body["delivery"] = way
    for page in pages_of(form, typed, chosen.channel):
        for one in page.inputs:
            if was_typed(one, typed) and not _left_out(one, page, typed):
                try:
                    _put(body, one, value_typed(one, typed))
                except NotReadable:
                    continue
    return _with_parties(form, body, chosen)


def _put(body: Application, one: FormInput, value: Any) -> None:
    """Put a value where its input belongs."""
    if one.pointer == "/situations":
        body.setdefault("situations", []).extend(value if isinstance(value, list) else [value])
    elif one.pointer == "/options":
        body.setdefault("options", []).append(value)
    elif one.pointer == "/materials":
        found = body.setdefault("materials", [])
        found.extend({"code": one.code, "blob": blob} for blob in value)
    elif one.name == "representation":
        pass  # chosen_of has read it; in person nothing is said
    elif one.name == "office" and value == NO_OFFICE:
        pass
    else:
        _at_pointer(body, one.pointer, value)


def _at_pointer(body: Application, pointer: str, value: Any) -> None:
    steps = pointer.strip("/").split("/")
    place: Any = body
    for step in steps[:-1]:
        place = place.setdefault(_step(step), {})
    place[_step(steps[-1])] = value


def _step(step: str) -> int | str:
    """A step of a pointer; a number is the place in a list."""
    return int(step) if step.isdigit() else step


def _listed(found: Any) -> Any:
    """The same with lists where the places of lists were gathered; one left empty is no entry."""
    if not isinstance(found, dict):
        return found
    if found and all(isinstance(place, int) for place in found):
        return [_listed(one) for _, one in sorted(found.items())]
    return {name: _listed(one) for name, one in found.items()}


def _with_parties(form: Form, body: Application, chosen: ChoicesMade) -> Application:
    if chosen.representation:
        body["representation"] = chosen.representation
    if chosen.applicant != _PERSON or len(applicant_kinds(form)) > 1:
        body["applicant"]["kind"] = chosen.applicant
    found: Application = _listed(body)
    return found


def _numberless(one: FormInput, typed: Typed) -> bool:
    """Whether this is the number of somebody who has no document yet."""
    at, _, part = one.name.rpartition(".")
    return part == "id_number" and needs_no_number(one_typed(typed, f"{at}.id_kind"))


def _left_out(one: FormInput, page: FormPage, typed: Typed) -> bool:
    """Whether the input counts for nothing: a number of no document, a whole that stays empty."""
    return _numberless(one, typed) or (bool(one.whole) and not _begun(one.whole, page, typed))


def _begun(whole: str, page: FormPage, typed: Typed) -> bool:
    """Whether something of the whole was typed; a kind of document is chosen beforehand."""
    return any(
        was_typed(one, typed)
        for one in page.inputs
        if one.name.startswith(f"{whole}.") and one.words != "id_kind"
    )


def unreadable(page: FormPage, typed: Typed) -> Mapping[str, str]:
    """What is wrong on a page before anybody is asked: input → code of the sentence."""
    wrong: dict[str, str] = {}
    for one in page.inputs:
        if _left_out(one, page, typed):
            continue
        if not was_typed(one, typed):
            if one.required and one.kind != "upload":
                wrong[one.name] = "choose" if one.picks or one.kind == "yes-no" else "needed"
            continue
        try:
            value_typed(one, typed)
        except NotReadable as error:
            wrong[one.name] = str(error)
    return wrong


def answered_page(page: FormPage, typed: Typed) -> bool:
    """Whether somebody has been on this page and left it in order."""
    return page.key in typed.get("seen", ()) and not unreadable(page, typed)


def next_page(form: Form, typed: Typed, channel: str = "") -> FormPage | None:
    """The first page that is still to be answered; none where all are."""
    pages = pages_of(form, typed, channel)
    return next((page for page in pages if not answered_page(page, typed)), None)
