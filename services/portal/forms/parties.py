"""The pages that ask who applies, who acts, and for whom a unit applies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.portal.forms.choosing import (
    ChoicesMade,
    FormEntry,
    applies,
    entries,
    kind_comes_first,
)
from services.portal.forms.parts import (
    IN_PERSON,
    NOTHING,
    Bilingual,
    Form,
    FormInput,
    FormPage,
    Pick,
    Typed,
)
from services.portal.forms.repeating import Repeated, entries_typed
from services.portal.forms.titles import hint_of, pick_of, title_of

MEMBERS = Repeated("members", 1, 50, Bilingual("人员", "Person"))
_REACHED = ("/applicant/phone", "/applicant/email")
_NO_DOCUMENT = "none"


def applicant_pages(form: Form, chosen: ChoicesMade, kinds: Sequence[str]) -> Iterator[FormPage]:
    """Who applies, and how they are reached."""
    if not kind_comes_first(form):
        yield from kind_page(form, kinds)
    fields = {
        entry["pointer"]: entry
        for entry in entries(form, "applicant")
        if applies(entry, chosen) and entry["pointer"].startswith("/applicant/")
    }
    fields.pop("/applicant/kind", None)
    identity = tuple(_party(fields[at]) for at in fields if at not in _REACHED)
    words = "applicant-person"
    if chosen.applicant != "person":
        words = "applicant-unit"
        identity = tuple(replace(one, words="unit") for one in identity)
    yield FormPage(key="applicant", inputs=identity, words=words)
    reached = tuple(_party(fields[at]) for at in _REACHED if at in fields)
    yield FormPage(key="contact", inputs=reached, words="contact")


def kind_page(form: Form, kinds: Sequence[str]) -> Iterator[FormPage]:
    """What kind of applicant it is, where there are several."""
    for entry in entries(form, "applicant"):
        if entry["pointer"] == "/applicant/kind" and len(kinds) > 1:
            one = FormInput(
                name="applicant.kind",
                kind="one",
                pointer="/applicant/kind",
                words="applicant-kind",
                required=True,
                picks=tuple(map(pick_of, entry["choices"])),
            )
            yield FormPage(key="applicant-kind", inputs=(one,), words="applicant-kind")


def acting_pages(
    form: Form, chosen: ChoicesMade, ways: Sequence[str], typed: Typed
) -> Iterator[FormPage]:
    """Who acts, and for which people a unit applies."""
    fields = [entry for entry in entries(form, "representation") if applies(entry, chosen)]
    picks = [_way(entry) for entry in fields if entry.get("code") in ways]
    alone = chosen.applicant == "person"
    if alone:
        picks.insert(0, Pick(IN_PERSON, Bilingual("本人办理", "I apply for myself")))
    if len(picks) > 1:
        one = FormInput(
            name="representation",
            kind="one",
            pointer="/representation",
            words="acting",
            required=True,
            picks=tuple(picks),
        )
        yield FormPage(key="acting", inputs=(one,), words="acting")
    if chosen.representation or not alone:
        inputs = tuple(
            _party(one) for one in fields if one["pointer"].startswith("/representative/")
        )
        yield FormPage(key="representative", inputs=inputs, words="representative")
    members = [one for one in fields if one["pointer"].startswith("/members/")]
    if members:
        inputs = tuple(
            _party(one, at) for at in range(entries_typed(typed, MEMBERS)) for one in members
        )
        yield FormPage(key="members", inputs=inputs, words="members", repeats=MEMBERS)


def _way(entry: FormEntry) -> Pick:
    return Pick(entry["code"], title_of(entry), Bilingual(entry.get("raw", "")))


def _party(entry: FormEntry, at: int | None = None) -> FormInput:
    """A field of a party; `at` is the place of a member."""
    pointer = entry["pointer"]
    if at is not None:
        pointer = pointer.replace("/members/", f"/members/{at}/")
    is_document = pointer.endswith("/id_kind")
    choices = entry.get("choices", ())
    return FormInput(
        name=pointer.strip("/").replace("/", "."),
        kind="one" if choices else "text",
        pointer=pointer,
        title=title_of(entry),
        hint=NOTHING if is_document else hint_of(entry),
        required=entry.get("required", False) or is_document,
        picks=tuple(map(pick_of, choices)),
        words=pointer.rsplit("/", 1)[-1],
        entry=at,
    )


def needs_no_number(typed_kind: str) -> bool:
    """Whether somebody of this kind of document has no number yet."""
    return typed_kind == _NO_DOCUMENT
