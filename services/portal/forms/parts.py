"""The parts of a drawn form: pages with inputs, and what was typed into them.

What was typed is kept as it was posted, by the name of the input, so that a wrong value is shown
again exactly as somebody wrote it. Everything else is worked out from it and from the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from services.portal.forms.repeating import Repeated

Form = Mapping[str, Any]
Typed = Mapping[str, tuple[str, ...]]
InputKind = Literal["text", "long", "number", "decimal", "date", "yes-no", "one", "any", "upload"]

DATE_PARTS = ("year", "month", "day")
IN_PERSON = "self"
NO_OFFICE = "any"


class Bilingual(NamedTuple):
    """A text in Chinese and in English; an empty English text is shown in Chinese."""

    zh: str
    en: str = ""

    def of(self, language: str) -> str:
        """The text in a language."""
        return self.en if language == "en" and self.en else self.zh

    def language(self, wanted: str) -> str:
        """The language in which it is shown, for the page's `lang`."""
        return "en" if wanted == "en" and self.en else "zh"


NOTHING = Bilingual("")


MOST_RADIOS = 20
"""So many answers stand below one another; more are a list that opens, by their groups."""


class Pick(NamedTuple):
    """An answer to choose: its code, its title, and what explains it.

    `words`: which of the portal's own texts is the title, where `title` is empty. `group`: what it
    stands under in a long list.
    """

    code: str
    title: Bilingual
    hint: Bilingual = NOTHING
    words: str = ""
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class FormInput:
    """One input of a page.

    `name`: of the HTML input, unique in the form. `pointer`: the place in the application. `code`:
    of a material or a fee line. `words`: which of the portal's own texts name the input, where the
    form does not. `entry`: which entry of a page that repeats. `whole`: the beginning of the names
    of inputs that may all stay empty together. `preset`: in a list, its first answer holds until
    another is chosen.
    """

    name: str
    kind: InputKind
    pointer: str
    title: Bilingual = NOTHING
    hint: Bilingual = NOTHING
    required: bool = False
    picks: tuple[Pick, ...] = ()
    unit: str = ""
    code: str = ""
    words: str = ""
    known: Mapping[str, Any] | None = None
    least: int | None = None
    most: int | None = None
    entry: int | None = None
    whole: str = ""
    preset: bool = False

    @property
    def listed(self) -> bool:
        """Whether its answers are too many for the page: a list that opens shows them."""
        return self.kind == "one" and len(self.picks) > MOST_RADIOS

    @property
    def grouped(self) -> list[tuple[str, list[Pick]]]:
        """Its answers by their groups, each group where its first answer stands."""
        groups: dict[str, list[Pick]] = {}
        for pick in self.picks:
            groups.setdefault(pick.group, []).append(pick)
        return [*groups.items()]


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """One page of the form: a question, or inputs that belong together.

    `repeats`: what is there once for each of several; None where nothing repeats. `words`: which of
    the portal's own texts head the page, where `title` is empty. `lead`: what helps on it.
    """

    key: str
    inputs: tuple[FormInput, ...]
    title: Bilingual = NOTHING
    words: str = ""
    lead: Bilingual = NOTHING
    repeats: "Repeated | None" = None
    alternatives: bool = False


def one_typed(typed: Typed, name: str) -> str:
    """The one value of an input, without blanks around it; empty where nothing was typed."""
    values = typed.get(name, ())
    return values[-1].strip() if values else ""
