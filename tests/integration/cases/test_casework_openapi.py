"""The documents that portals and desks build on are valid OpenAPI 3.1 and name every route."""

from pathlib import Path

import pytest
from openapi_spec_validator import validate

from shared.config import Databases
from shared.http import document_of
from shared.security import permissions_of
from tests.support.casework_world import World

pytestmark = pytest.mark.mongo


@pytest.mark.parametrize("service", ["intake", "review"])
def test_the_document_is_valid_and_complete(
    databases: Databases, tmp_path: Path, service: str
) -> None:
    world = World(databases, tmp_path)
    app = world.intake() if service == "intake" else world.review()
    document = document_of(app)
    validate(document)
    for row in permissions_of(service):
        assert row.method.lower() in document["paths"][row.rule], row.rule
