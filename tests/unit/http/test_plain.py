"""Times have one shape in every answer, and every answer fits its published document."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from shared.http import document_of
from shared.http.plain import plain, time_of
from tests.support.contract import NotAsPublished, wrong_in
from tests.support.http_world import World, make_world


class When(msgspec.Struct):
    at: datetime
    day: date
    more: tuple[datetime, ...] = ()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 16, 0, tzinfo=UTC),
        datetime(2026, 11, 21, 16, 0, 0, 999_999, tzinfo=UTC),
        datetime(2026, 11, 22, 0, 0, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_a_time_has_whole_seconds_in_utc(moment: datetime) -> None:
    assert time_of(moment) == "2026-11-21T16:00:00Z"
    told = plain(When(moment, date(2026, 11, 21), (moment,)))
    assert told == {"at": time_of(moment), "day": "2026-11-21", "more": [time_of(moment)]}


def document() -> dict[str, object]:
    return {"components": {"schemas": {}}}


def test_a_field_that_is_not_published_is_found() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}}
    assert list(wrong_in(document(), schema, {"a": "x"})) == []
    assert list(wrong_in(document(), schema, {"a": "x", "b": 1})) == ["$.b is not published"]
    assert list(wrong_in(document(), schema, {"a": ""})) == ["$.a: '' should be non-empty"]
    deep = {"type": "object", "properties": {"in": {"type": "array", "items": schema}}}
    assert list(wrong_in(document(), deep, {"in": [{"c": 1}]})) == ["$.in[0].c is not published"]


def test_an_answer_that_does_not_fit_fails_the_test_that_got_it(tmp_path: Path) -> None:
    world: World = make_world(tmp_path)
    app: Flask = world.app
    operation = document_of(app)["paths"]["/v1/cases"]["post"]
    operation["responses"].pop("201")
    headers = world.headers()
    with pytest.raises(NotAsPublished, match="is not described"):
        world.client.post("/v1/cases", json={"item": "x"}, headers=headers)
