"""Errors of the API beside the inputs that they are about.

The API names the place of a fault by a JSON pointer into the application, of a choice also by the
codes that there are, and of a paper by its code. Nothing is dropped: what has no input is shown
at the top of the page alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.portal.forms.parts import Bilingual, FormInput, FormPage

_AT_ITS_FIRST = {
    "/applicant": "applicant.phone",
    "/representative": "representative.name",
    "/members": "members.0.name",
}
_NOT_ACCEPTED = Bilingual(
    "此项内容不符合要求，请检查后重新填写。", "This was not accepted. Check it."
)


class InputFault(NamedTuple):
    """One thing that is wrong: the page and the input it is about (empty for none), and why."""

    page: str
    name: str
    said: Bilingual
    code: str = ""


def faults_of_problem(
    problem: Mapping[str, Any], pages: Sequence[FormPage], body: Mapping[str, Any]
) -> list[InputFault]:
    """What a problem document, or the answer of a check, says is wrong with an application."""
    told = (*problem.get("refused", ()), *problem.get("errors", ()), *problem.get("faults", ()))
    return list(dict.fromkeys(_placed(told, pages, body)))


def _placed(
    told: Iterable[Mapping[str, Any]], pages: Sequence[FormPage], body: Mapping[str, Any]
) -> Iterator[InputFault]:
    for one in told:
        page, name = _place(one, pages, body)
        yield InputFault(page, name, said_of(one), one.get("code") or "")


def said_of(one: Mapping[str, Any]) -> Bilingual:
    """What the API says of one thing that is wrong."""
    if one.get("detail_zh"):
        return Bilingual(one["detail_zh"], one.get("detail") or one.get("text", ""))
    return _NOT_ACCEPTED


def _place(
    one: Mapping[str, Any], pages: Sequence[FormPage], body: Mapping[str, Any]
) -> tuple[str, str]:
    """The page and the name of the input that a fault is about."""
    pointer = one.get("pointer", "")
    codes = _codes(one, pointer, body)
    for page in pages:
        for field in page.inputs:
            if _is_about(field, pointer, codes):
                return page.key, field.name
    inside = f"{pointer}/"
    for page in pages if len(inside) > 1 else ():
        for field in page.inputs:  # of a whole that has no input of its own: its first
            if field.pointer.startswith(inside):
                return page.key, field.name
    return "", ""


def _codes(one: Mapping[str, Any], pointer: str, body: Mapping[str, Any]) -> frozenset[str]:
    """The codes that a fault in a list is about."""
    found = {*one.get("choices", ()), *one.get("materials", ())}
    if "material" in one:
        found.add(one["material"])
    steps = pointer.strip("/").split("/")
    if len(steps) > 1 and steps[0] in {"situations", "options", "materials"} and steps[1].isdigit():
        given = body.get(steps[0], ())
        if int(steps[1]) < len(given):
            entry = given[int(steps[1])]
            found = {entry["code"] if isinstance(entry, Mapping) else entry}
    return frozenset(found)


def _is_about(field: FormInput, pointer: str, codes: frozenset[str]) -> bool:
    section = pointer.strip("/").split("/")[0]
    if section in {"situations", "options"}:
        return field.pointer == f"/{section}" and not codes.isdisjoint(
            pick.code for pick in field.picks
        )
    if section == "materials":
        return field.pointer == "/materials" and field.code in codes
    wanted = _AT_ITS_FIRST.get(pointer)
    return field.name == wanted if wanted else field.pointer == pointer
