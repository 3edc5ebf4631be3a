"""The pages of an item's questions: one alone on a page, a section on one, lists by entry."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from services.portal.forms.choosing import ChoicesMade, FormEntry, applies
from services.portal.forms.parts import Bilingual, Form, FormInput, FormPage, InputKind, Typed
from services.portal.forms.repeating import Repeated, entries_typed
from services.portal.forms.titles import hint_of, pick_of, title_of

ALONE = "facts"
_KINDS: Mapping[str, InputKind] = MappingProxyType(
    {
        "integer": "number",
        "decimal": "decimal",
        "boolean": "yes-no",
        "date": "date",
        "choice": "one",
        "several": "any",
        "long-text": "long",
    }
)


def question_pages(form: Form, chosen: ChoicesMade, typed: Typed) -> Iterator[FormPage]:
    """The pages of every section of questions that this application has."""
    for section in form["order"]:
        code: str = section["section"]
        if code != ALONE and not code.startswith(f"{ALONE}-"):
            continue
        if not applies(section, chosen):
            continue
        asked = [field for field in section["fields"] if applies(field, chosen)]
        if code == ALONE:
            yield from map(_page_alone, asked)
        elif "entries" in section:
            yield _page_of_entries(section, asked, typed)
        elif asked:
            inputs = tuple(one for field in asked for one in _inputs(field))
            yield FormPage(key=code, inputs=inputs, title=title_of(section), lead=hint_of(section))


def _page_alone(field: FormEntry) -> FormPage:
    code = field["pointer"].removeprefix("/facts/")
    inputs = tuple(_inputs(field))
    title = title_of(field) if len(inputs) > 1 else Bilingual("")
    lead = hint_of(field) if len(inputs) > 1 else Bilingual("")
    return FormPage(key=f"facts-{code}", inputs=inputs, title=title, lead=lead)


def _page_of_entries(section: Mapping[str, Any], asked: list[FormEntry], typed: Typed) -> FormPage:
    """A section that is answered once for each of several; an optional entry may stay empty."""
    said = section["entries"]
    prefix = said["pointer"].strip("/").replace("/", ".")
    repeated = Repeated(
        prefix, said["least"], said["most"], Bilingual(said["title"], said.get("title_en", ""))
    )
    inputs = tuple(
        one
        for entry in range(entries_typed(typed, repeated))
        for field in asked
        for one in _inputs(field, entry=entry, optional=entry >= said["least"])
    )
    return FormPage(
        key=section["section"],
        inputs=inputs,
        title=title_of(section),
        lead=hint_of(section),
        repeats=repeated,
    )


def _inputs(
    field: FormEntry, *, entry: int | None = None, optional: bool = False
) -> Iterator[FormInput]:
    """The input of a question; one for each part of a person, an organisation, an account.

    `whole`: the name under which parts belong together, of which all may stay empty.
    """
    pointer = _numbered(field["pointer"], entry)
    name = _name(pointer)
    whole = name.rpartition(".")[0] if optional else ""
    required = field.get("required", False)
    if "parts" not in field:
        yield FormInput(
            name=name,
            kind=_KINDS.get(field["type"], "text") if field["type"] != "address" else "long",
            pointer=pointer,
            title=title_of(field),
            hint=hint_of(field),
            required=required,
            picks=tuple(map(pick_of, field.get("choices", ()))),
            unit=field.get("unit", ""),
            least=field.get("least"),
            most=field.get("most"),
            entry=entry,
            whole=whole,
        )
        return
    for part in field["parts"]:
        yield _part(part, field, entry, whole or ("" if required else name))


def _part(part: FormEntry, field: FormEntry, entry: int | None, whole: str) -> FormInput:
    pointer = _numbered(part["pointer"], entry)
    choices = part.get("choices", ())
    title, of = title_of(part), title_of(field)
    named = Bilingual(f"{of.zh}：{title.zh}", f"{of.en or of.zh}: {title.en or title.zh}")
    return FormInput(
        name=_name(pointer),
        kind="one" if choices else "text",
        pointer=pointer,
        title=named,
        required=part.get("required", False) or bool(choices),
        picks=tuple(map(pick_of, choices)),
        words=pointer.rsplit("/", 1)[-1],
        entry=entry,
        whole=whole,
    )


def _numbered(pointer: str, entry: int | None) -> str:
    return pointer if entry is None else pointer.replace("/-/", f"/{entry}/")


def _name(pointer: str) -> str:
    return pointer.strip("/").replace("/", ".")
