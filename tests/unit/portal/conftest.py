from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.portal_world import World, portal_world


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from portal_world(tmp_path, monkeypatch)
