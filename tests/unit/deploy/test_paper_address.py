"""The address printed on papers is the portal's page, however the system is put up."""

from pathlib import Path

import pytest
import yaml

from deploy.embedded.find import Kafka, Mongo
from deploy.embedded.home import Home
from deploy.embedded.plan import settings_environ
from services.issuance.papers.making import check_address
from shared.config import Settings

ROOT = Path(__file__).parents[3]
PRINTED = "CASELEDGER_PAPER_ADDRESS"
PAGES = "CASELEDGER_PAGES"


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ({}, "http://127.0.0.1:9400/verify"),
        ({PAGES: "http://pages.test/"}, "http://pages.test/verify"),
        ({PAGES: "http://pages.test", PRINTED: "http://own.test/v"}, "http://own.test/v"),
    ],
)
def test_the_embedded_system_prints_its_own_pages(
    tmp_path: Path, told: dict[str, str], printed: str
) -> None:
    environ = settings_environ(
        Home(tmp_path),
        {"CASELEDGER_PORT_BASE": "9400", **told},
        Mongo("external", uri="mongodb://127.0.0.1:1/"),
        Kafka("external", servers="127.0.0.1:2"),
    )
    assert check_address(Settings.from_env(environ)) == printed


def test_without_a_setting_it_is_the_page_of_the_installation() -> None:
    settings = Settings.from_env({"CASELEDGER_INSTALLATION": "cases.invalid"})
    assert check_address(settings) == "https://cases.invalid/verify"


def test_containers_print_the_address_of_the_pages() -> None:
    """Every process that can make a paper knows the pages, and the address that overrules them."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    made_by = [one for name, one in compose["services"].items() if name.startswith("issuance")]
    assert made_by
    for one in made_by:
        environ = one["environment"]
        assert environ[PAGES].startswith(f"${{{PAGES}:?")
        assert environ[PRINTED] == f"${{{PRINTED}:-}}"


def test_containers_follow_the_pages_unless_an_address_is_named() -> None:
    told = {PAGES: "https://cases.invalid/", PRINTED: ""}
    assert check_address(Settings.from_env(told)) == "https://cases.invalid/verify"
    named = Settings.from_env(told | {PRINTED: "https://own.invalid/v/"})
    assert check_address(named) == "https://own.invalid/v"
