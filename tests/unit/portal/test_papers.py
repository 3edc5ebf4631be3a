"""The papers of an applicant's case: the list, and the file of each."""

from typing import Any

import httpx
import pytest

from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import at_case, refuses
from tests.support.portal_world import PAGES

AT = f"/cases/{CASE}/papers"
LIST = f"/v1/issuance/{CASE}/papers"
PAPER = "abcdefghijklmn23"
PDF = {"Content-Type": "application/pdf"}


def listed(applying: Applying, **more: Any) -> None:
    one = {
        "paper": PAPER,
        "kind": "grant",
        "title": "准予决定书",
        "result": None,
        "day": "2026-11-30",
        "state": "ready",
        "code": "ABCD",
        "size": 9,
    }
    applying.world.answers(LIST, {"case": CASE, "papers": [{**one, **more}]})


@pytest.mark.requirement("R-104")
def test_the_papers_are_listed_with_their_day_and_can_be_downloaded(applying: Applying) -> None:
    listed(applying)
    page = applying.open(AT)
    for said in ("我的文书", "准予决定书", "2026 年 11 月 30 日", f'href="{AT}/{PAPER}"'):
        assert said in page
    file = httpx.Response(200, content=b"%PDF-1.7", headers=PDF)
    applying.world.said[f"/v1/papers/{PAPER}"] = lambda _request: file
    got = applying.browser.get(f"{AT}/{PAPER}", base_url=PAGES)
    assert (got.status_code, got.mimetype, got.data) == (200, "application/pdf", b"%PDF-1.7")
    assert got.headers["Content-Disposition"] == f'attachment; filename="{PAPER}.pdf"'
    assert got.headers["Cache-Control"] == "no-store"
    assert applying.world.asked[-1].headers["Authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("state", "said"),
    [("being-made", "正在制作"), ("no-font", "请明天再来"), ("failed", "请与办理机关联系")],
)
def test_one_that_is_not_there_yet_says_what_to_do(
    applying: Applying, state: str, said: str
) -> None:
    listed(applying, state=state, code=None, size=None)
    page = applying.open(AT)
    assert said in page
    assert f'href="{AT}/{PAPER}"' not in page
    applying.world.answers(f"/v1/papers/{PAPER}", {}, status=503)
    assert said in applying.browser.get(f"{AT}/{PAPER}", base_url=PAGES).text


def test_a_case_without_papers_says_so(applying: Applying) -> None:
    applying.world.answers(LIST, {"case": CASE, "papers": []})
    assert "还没有文书" in applying.open(AT)


def test_a_paper_that_is_not_theirs_is_no_page(applying: Applying) -> None:
    refuses(applying, LIST, "not-found", 404)
    refuses(applying, f"/v1/papers/{PAPER}", "not-found", 404)
    for path in (AT, f"{AT}/{PAPER}"):
        assert applying.browser.get(path, base_url=PAGES).status_code == 404


def test_nothing_but_a_paper_is_given_and_what_is_no_id_is_not_asked(applying: Applying) -> None:
    page = httpx.Response(200, content=b"<script>", headers={"Content-Type": "text/html"})
    applying.world.said[f"/v1/papers/{PAPER}"] = lambda _request: page
    assert applying.browser.get(f"{AT}/{PAPER}", base_url=PAGES).status_code == 404
    at_case(applying)
    asked = len(applying.world.asked)
    assert applying.browser.get(f"{AT}/x%3Fy=1", base_url=PAGES).status_code == 404
    assert len(applying.world.asked) == asked


def test_without_signing_in_there_is_none(applying: Applying) -> None:
    for path in (AT, f"{AT}/{PAPER}"):
        answer = applying.world.browser().get(path, base_url=PAGES)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")


def test_who_makes_the_card_finds_its_slip_at_the_desk(applying: Applying) -> None:
    applying.world.sign_in(applying.browser, "producer")
    listed(applying, kind="slip", title="制证单：居民身份证")
    at = f"/desk/{CASE}/papers"
    page = applying.open(at)
    for said in ("本案文书", "制证单：居民身份证", f'href="{at}/{PAPER}"', f'href="/desk/{CASE}"'):
        assert said in page
    assert "我的" not in page
    file = httpx.Response(200, content=b"%PDF-1.7", headers=PDF)
    applying.world.said[f"/v1/papers/{PAPER}"] = lambda _request: file
    got = applying.browser.get(f"{at}/{PAPER}", base_url=PAGES)
    assert (got.status_code, got.data) == (200, b"%PDF-1.7")
    at_case(applying)
    assert f'href="{at}"' in applying.open(f"/desk/{CASE}")
    refuses(applying, LIST, "not-found", 404)
    assert applying.browser.get(at, base_url=PAGES).status_code == 404
