"""Generations: which is live, in which format each is written, and what is still to be finished."""

from datetime import UTC, datetime

import pytest

from shared.projection.generations import Generations
from tests.support.small_views import SmallViews
from tests.support.toy_view import AskedView, NextAskedView

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def views() -> SmallViews:
    return SmallViews()


def old(views: SmallViews) -> Generations:
    return Generations(AskedView(), views)  # type: ignore[arg-type]


def new(views: SmallViews) -> Generations:
    return Generations(NextAskedView(), views)  # type: ignore[arg-type]


def test_a_fresh_installation_begins_in_the_format_of_the_code(views: SmallViews) -> None:
    assert not new(views).is_readable(1), "as long as nobody said so"
    new(views).claim_first(NOW)
    assert new(views).is_readable(1)
    assert not old(views).is_readable(1)


def test_documents_of_code_that_wrote_no_format_are_of_the_first(views: SmallViews) -> None:
    views["asked.1"].insert_one({"_id": "c"})
    new(views).claim_first(NOW)
    assert new(views).format_of(1) == 1
    assert old(views).is_readable(1)


def test_a_generation_begun_without_a_format_is_of_the_first(views: SmallViews) -> None:
    views["generations"].insert_one({"_id": "asked/2", "begun_at": NOW})
    assert new(views).format_of(2) == 1


def test_a_claim_is_made_once(views: SmallViews) -> None:
    old(views).claim_first(NOW)
    new(views).claim_first(NOW)
    assert old(views).format_of(1) == 1


def test_what_was_begun_is_gone_on_with_unless_it_was_refused(views: SmallViews) -> None:
    generations = new(views)
    assert generations.unfinished() is None
    assert old(views).begin(NOW) == 2
    assert generations.unfinished() is None, "it is in another format"
    assert [generations.begin(NOW), generations.begin(NOW)] == [3, 4]
    views["generations"].insert_one({"_id": "asked2/9", "format": 2})  # another view's
    assert generations.unfinished() == 4
    generations.refuse(4)
    assert generations.unfinished() == 3
    assert generations.switch(1, 3, NOW)
    assert generations.live() == 3
    assert generations.unfinished() is None


def test_only_one_of_two_switches_succeeds(views: SmallViews) -> None:
    generations = old(views)
    assert generations.switch(1, 2, NOW)
    assert not generations.switch(1, 3, NOW)
    assert generations.switch(2, 3, NOW)
    assert generations.live() == 3
