"""The catalogue of what the pages say, and the language of a request."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml
from flask import has_request_context, request

LANGUAGES = ("zh", "en")  # the first is the one that nobody has to choose
ONE = "en_one"  # what English says instead where `n` is one
COOKIE = "language"
Texts = Mapping[str, Mapping[str, str]]


class WordsError(Exception):
    """The catalogue is not as it must be."""


def load() -> Texts:
    """Every text by its key: `{key: {"zh": …, "en": …}}`, some with `en_one`.

    Raises:
        WordsError: a key is twice there, or lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(files(__package__).iterdir(), key=lambda one: one.name):
        if path.name.endswith(".yaml"):
            _add(found, yaml.safe_load(path.read_text("utf-8")))
    return found


def _add(found: dict[str, Mapping[str, str]], more: Mapping[str, Any]) -> None:
    for key, text in more.items():
        if key in found:
            raise WordsError(f"{key} is there twice.")
        if tuple(text) not in {LANGUAGES, (*LANGUAGES, ONE)} or not all(
            isinstance(one, str) for one in text.values()
        ):
            raise WordsError(f"{key} is not given in {' and '.join(LANGUAGES)}.")
        found[key] = text


def language() -> str:
    """The language of this request: the one that was chosen, else Chinese."""
    chosen = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


class Phrases:
    """Says a text in the language of the request."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values in place.

        Raises:
            KeyError: no text has that name.
        """
        text, spoken = self._texts[key], language()
        single = spoken == "en" and values.get("n") == 1
        return (text.get(ONE, text[spoken]) if single else text[spoken]).format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts


def named(thing: Mapping[str, Any]) -> str:
    """The name of an item, a material, a fee: the English one where English is chosen and there."""
    english = str(thing.get("name_en") or "") if language() == "en" else ""
    return english or str(thing["name"])
