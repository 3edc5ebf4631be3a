"""The guide of every item of the packaged catalogue, drawn from what intake answers for it."""

import html
import re
from collections.abc import Iterator

import pytest

from services.portal.words.catalogue import LANGUAGES
from shared.catalogue import packaged_catalogue
from shared.catalogue.pages.showing import definition
from tests.support.portal_world import World

ITEMS = packaged_catalogue().items()
VERSION = packaged_catalogue().version
# What the sources print in Latin letters: an application, a hall's letter, a kind of file.
PRINTED = {"APP", "A", "B", "pdf"}
_WORD = re.compile(r"(?<![A-Za-z0-9_.@/-])[A-Za-z]+(?![A-Za-z0-9_.@/-])")


def main_of(page: str) -> str:
    """The text of a page without its furniture."""
    (main,) = re.findall(r"<main.*?</main>", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", main))


def guides(world: World, language: str) -> Iterator[tuple[str, str]]:
    browser = world.browser()
    browser.get(f"/language/{language}")
    for item in ITEMS:
        world.answers(f"/v1/items/{item.id}", definition(item, version=VERSION))
        answer = browser.get(f"/items/{item.id}")
        assert answer.status_code == 200, item.id
        yield item.id, main_of(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_has_a_guide_without_a_code_in_it(world: World, language: str) -> None:
    told = dict(guides(world, language))
    assert len(told) == 305
    for id_, text in told.items():
        words = _WORD.findall(text)
        assert "unknown" not in re.sub(r"[\s.\d]", "", text), id_
        assert not {"None", "none"} & set(words), id_
        assert "_" not in text, id_
        if language == "zh":
            assert set(words) <= PRINTED, id_


def test_materials_that_nobody_printed_are_not_told_as_none(world: World) -> None:
    told = dict(guides(world, "zh"))
    for item in ITEMS:
        silent = item.text.materials if isinstance(item.text.materials, str) else ""
        assert ("需要哪些材料没有公布" in told[item.id]) == (silent == "unknown"), item.id
        if silent == "none":
            assert "不需要提交材料" in told[item.id]
