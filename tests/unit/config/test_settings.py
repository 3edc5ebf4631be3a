"""Settings: a wrong one is named before anything starts."""

import pytest

from shared.config import Settings, SettingsError


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
