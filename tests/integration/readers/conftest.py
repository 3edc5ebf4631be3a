"""One closed case for all tests of a file; each test leaves the log as it found it."""

from collections.abc import Iterator

import pytest

from tests.support.closed_case import Closed, closed_case


@pytest.fixture(scope="module")
def closed(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    with closed_case(mongo_uri, tmp_path_factory.mktemp("closed")) as made:
        yield made
