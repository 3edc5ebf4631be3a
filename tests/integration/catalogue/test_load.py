"""Putting a version of the catalogue into force, on a real log."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from deploy.cli.rules.catalogue_load import loaded
from shared.case.admin.catalogue import STREAM, CatalogueLoaded
from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def changed(version: str) -> Catalogue:
    """The packaged catalogue with another edition of one item, and one item less."""
    first, *rest, _ = packaged_catalogue().items()
    text = msgspec.structs.replace(first.text, edition=2)
    return Catalogue([Item(text, "e" * 64), *rest], version=version)


def test_a_version_comes_into_force_once_and_says_what_it_changes(path: Path4) -> None:
    log = path.world.log("admin")
    packaged = packaged_catalogue()
    first = loaded(log, packaged, now=NOW)
    assert (first["ok"], first["recorded"], first["items"]) == (True, True, 305)
    again = loaded(log, packaged, now=NOW)
    assert (again["ok"], again["recorded"]) == (True, False)
    second = loaded(log, changed("next"), now=NOW)
    assert (second["changed"], second["gone"]) == (["000-01"], ["004-132"])
    assert second["previous"] == packaged.version
    # An older version may come back as it was; the log says so, too.
    back = loaded(log, packaged, now=NOW)
    assert (back["recorded"], back["changed"], back["gone"]) == (True, ["000-01", "004-132"], [])
    events = [msgspec.convert(e.data, CatalogueLoaded) for e in log.load(STREAM).events]
    assert [event.version for event in events] == [packaged.version, "next", packaged.version]
    assert events[0].offered == 296
    assert events[-1].hash == packaged.hash


def test_a_used_version_with_other_items_is_refused(path: Path4) -> None:
    log = path.world.log("admin")
    packaged = packaged_catalogue()
    loaded(log, packaged, now=NOW)
    refused = loaded(log, changed(packaged.version), now=NOW)
    assert not refused["ok"]
    assert "give the catalogue a new version" in refused["findings"][0]
    assert log.load(STREAM).version == 1


def test_cases_and_their_readers_go_on_beside_it(path: Path4) -> None:
    loaded(path.world.log("admin"), packaged_catalogue(), now=NOW)
    case = path.submitted()
    loaded(path.world.log("admin"), changed("next"), now=NOW)
    path.paid(case)
    catch_up(path.parts(), 1)
    assert path.progress(case)["status"] == "under-review"
    assert compare(path.parts()).findings == []
