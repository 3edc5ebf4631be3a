"""The Chinese of a sentence that a problem document says in English.

It exists so that whoever raises a problem writes one sentence, and a reader gets two. The tables
are read in their order, and the first row that fits the whole sentence answers.
"""

from __future__ import annotations

import re

from shared.http.words.of_applications import OF_APPLICATIONS
from shared.http.words.of_cases import OF_CASES
from shared.http.words.of_documents import OF_DOCUMENTS
from shared.http.words.of_requests import OF_REQUESTS
from shared.http.words.of_values import OF_VALUES

TABLE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english, re.DOTALL), zh)
    for english, zh in (*OF_VALUES, *OF_REQUESTS, *OF_APPLICATIONS, *OF_CASES, *OF_DOCUMENTS)
)


def chinese(sentence: str) -> str:
    """The same in Chinese; empty where no row fits.

    A group of a row is a number or a day, which stands in both languages. Codes of ours have no
    Chinese of their own: a row takes them without a group, and its Chinese is whole without them.
    """
    for english, zh in TABLE:
        if found := english.fullmatch(sentence):
            return found.expand(zh)
    return ""
