"""One thing that is wrong with an application, as it is told: in Chinese and in English."""

from collections.abc import Iterable
from typing import Any

import msgspec

from shared.clock.telling.wording import Words
from shared.http import FieldError


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: its code, a sentence, where in the application, and what helps.

    `said` in Chinese and English; `pointer` is a JSON pointer into the application; `fields` hold
    data by code (`choices`, `opens`, `check`, `material`).
    """

    code: str
    said: Words
    pointer: str = ""
    fields: dict[str, Any] = {}

    @property
    def told(self) -> dict[str, Any]:
        """As it is answered: `detail` in English, `detail_zh` in Chinese."""
        words = {"detail": self.said.en, "detail_zh": self.said.zh}
        return {**self.fields, "code": self.code, **words, "pointer": self.pointer}

    @property
    def at_field(self) -> FieldError:
        """The same as an error of a field."""
        return FieldError(self.pointer, self.said.en, self.code, self.said.zh)


def listed_words(zh: str, en: str, titles: Iterable[tuple[str, str]]) -> Words:
    """A sentence that ends with a list of titles, each in Chinese and English."""
    named = [*titles]
    return Words(
        f"{zh}{'、'.join(title for title, _ in named)}。",
        f"{en}{', '.join(title or other for other, title in named)}.",
    )
