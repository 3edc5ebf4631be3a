"""An erasure that cannot go on now stops neither the other erasures nor the worker."""

from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from services.intake.worker import erasing


class Erasures:
    """Three persons; the second one's erasure fails."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure
        self.stepped: list[str] = []

    def pending(self) -> list[str]:
        return ["a", "b", "c"]

    def step(self, ref: str) -> bool:
        if ref == "b":
            raise self.failure
        self.stepped.append(ref)
        return False


def test_one_that_fails_is_told_of_and_the_others_go_on() -> None:
    erasures = Erasures(PermissionError("the list"))
    with capture_logs() as logs:
        erasing(cast("Any", erasures))()
    assert erasures.stepped == ["a", "c"]
    (line,) = logs
    assert (line["event"], line["subject"], line["error"]) == (
        "erasure_waits",
        "b",
        "PermissionError",
    )


def test_a_server_that_is_away_is_waited_out() -> None:
    with pytest.raises(AutoReconnect):
        erasing(cast("Any", Erasures(AutoReconnect("away"))))()
