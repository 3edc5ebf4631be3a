"""What is wrong with an answer: where in it, the fault's code, and the sentence."""

from typing import Any, NamedTuple

from shared.clock.telling.wording import Words
from shared.values.unusable import Unusable


class WrongPart(NamedTuple):
    """One thing that is wrong with an answer. `at` is a JSON pointer into the answer."""

    at: str
    code: str
    said: Words


class AnswerRead(NamedTuple):
    """An answer as it is kept, and what is wrong with it; the value counts where nothing is."""

    value: Any
    wrong: tuple[WrongPart, ...] = ()


def unfit(zh: str, en: str) -> AnswerRead:
    """The answer is none of its question's type."""
    return AnswerRead(None, (WrongPart("", "fact-invalid", Words(zh, en)),))


def unusable(wrong: Unusable) -> AnswerRead:
    """The value cannot be used as it was written."""
    return AnswerRead(None, (WrongPart("", wrong.code, Words(wrong.zh, wrong.en)),))
