"""Whoever starts the system, or sees the demo, is told where the pages are."""

import pytest

from deploy.cli import system
from deploy.cli.trial.demo_show import Screen

PAGES = "http://127.0.0.1:8700"
DOCUMENT = {
    "verify": {"lanes": [], "ok": True},
    "proof": {"ok": True, "hash": "b" * 64},
    "status": "closed",
    "seconds": 3.1,
    "memory_mb": 900,
    "servers": {"mongo": "one", "kafka": "other"},
    "pages": PAGES,
}


def test_the_pages_address_is_told_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = {
        "pages": PAGES,
        "payments": "http://127.0.0.1:8710",
        "services": {"intake": "http://127.0.0.1:8701"},
        "mongo_uri": "",
        "servers": {"mongo": "", "kafka": ""},
        "kafka": "",
        "memory_mb": 1,
        "logs": "",
        "notes": [],
    }
    system._show_addresses(found)
    said = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert said[:2] == [["pages", f"{PAGES}/"], ["payments", "http://127.0.0.1:8710/"]]


def test_the_demo_says_where_and_as_whom_its_case_is_seen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Screen(quiet=False).end(DOCUMENT)
    last = capsys.readouterr().out.splitlines()[-1]
    assert f"{PAGES}/" in last
    assert "张三" in last
