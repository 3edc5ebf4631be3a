"""What was answered, as the check of the answers shows it."""

from collections.abc import Iterator
from typing import NamedTuple

from services.portal.forms.parts import Bilingual, FormInput, FormPage, Typed, one_typed
from services.portal.forms.values import value_typed, was_typed


class AnswerRow(NamedTuple):
    """One answer: its page and input, what was said (texts, a day, or the portal's own codes)."""

    page: FormPage
    input: FormInput
    said: tuple[Bilingual, ...]
    words: str = ""
    pictures: int = 0
    day: str = ""


def answer_rows(pages: list[FormPage], typed: Typed) -> list[AnswerRow]:
    """Every input of every page, in their order; all of them can be read."""
    return [row for page in pages for row in _rows(page, typed)]


def _rows(page: FormPage, typed: Typed) -> Iterator[AnswerRow]:
    for one in page.inputs:
        if one.kind == "upload":
            count = len(typed.get(one.name, ()))
            yield AnswerRow(page, one, (), "pictures" if count else "no-pictures", count)
        elif not was_typed(one, typed):
            yield AnswerRow(page, one, (), "nothing-typed")
        elif one.kind == "yes-no":
            yield AnswerRow(page, one, (), one_typed(typed, one.name))
        elif one.picks:
            chosen = typed.get(one.name, ())
            picked = [pick for pick in one.picks if pick.code in chosen]
            said = tuple(pick.title for pick in picked if pick.title.zh)
            unnamed = next((f"delivery-{pick.code}" for pick in picked if not pick.title.zh), "")
            yield AnswerRow(page, one, said, unnamed)
        elif one.kind == "date":
            yield AnswerRow(page, one, (), day=str(value_typed(one, typed)))
        else:
            text = one_typed(typed, one.name)
            yield AnswerRow(page, one, (Bilingual(f"{text}{one.unit}", text),))
