"""The furniture holds against made-up requests for its own document."""

from pathlib import Path

from tests.support.fuzz_api import fuzz
from tests.support.http_world import make_world

WHO = {"/v1/cases/{case}/approval": "officer", "/v1/cases/{case}": "auditor"}


def test_no_request_made_from_the_document_is_a_fault_of_ours(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.done.release.set()

    def token(_method: str, path: str) -> str:
        return "Bearer " + world.issuer.issue(WHO.get(path, "applicant"))

    sent = fuzz(world.app, token, examples=20, excluded=("/v1/broken",))
    assert sent > 100
    assert world.done.commands, "good requests get through"
