"""Settings: a wrong one is named before anything starts."""

import re
from pathlib import Path

import pytest

from shared.config import Settings, SettingsError

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_number_of_lanes_that_cannot_be_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match="CASELEDGER_LANES"):
        Settings.from_env({"CASELEDGER_LANES": value})


def test_no_bound_is_no_setting_and_no_port_is_one() -> None:
    with pytest.raises(SettingsError, match="CASELEDGER_DATABASE_TIMEOUT_MS"):
        Settings.from_env({"CASELEDGER_DATABASE_TIMEOUT_MS": "0"})
    assert Settings.from_env({"CASELEDGER_HEALTH_PORT": "0"}).health_port == 0


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"CASELEDGER_LANES.*CASELEDGER_BODY_BYTES"):
        Settings.from_env({"CASELEDGER_LANES": "x", "CASELEDGER_BODY_BYTES": "y"})


def test_the_environment_is_read_where_the_page_says() -> None:
    """`wsgi` hands it to the settings; gunicorn's file and prometheus-client have their own."""
    reads = re.compile(r"\bos\.(?:environ|getenv)\b")
    readers = {
        path.name
        for room in ("shared", "services")
        for path in (ROOT / room).rglob("*.py")
        if reads.search(path.read_text("utf-8"))
    }
    assert readers == {"wsgi.py", "gunicorn_config.py", "observe.py"}
