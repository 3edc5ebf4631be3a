"""The gateway's pages over an intake that answers by a script: what is shown, taken and told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from flask.testing import FlaskClient

from deploy.embedded.gateway import app as gateway
from deploy.embedded.gateway.books import GatewayBooks
from deploy.embedded.gateway.delivering import Delivering
from deploy.embedded.gateway.intake import ToIntake
from deploy.embedded.gateway.pages import GatewayPages
from deploy.embedded.gateway.ways import GIVING_BACK, PAYING
from services.intake.money.gateway import FileGateway, RefundOrder
from shared.config import SettingsError
from shared.security.callbacks import verify_callback

KEY, NOW = b"k" * 32, datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
PORTAL, ORDER = "http://127.0.0.1:8700", "/pay/c1/20261128-2"
HOLDS: dict[str, Any] = {
    "number": "20261128-2",
    "amount": "40.00",
    "name": "居民身份证工本费",
    "name_en": "identity card production fee",
    "methods": ["alipay", "wechat"],
    "pay_at": None,
    "until": "2026-12-05T15:59:59Z",
}
LATIN = re.compile(r"[A-Za-z]+(?![^<]*>)")


@dataclass
class Intake:
    """Answers what is owed with `owed`, and callbacks with `status`; keeps what it was told."""

    owed: dict[str, Any] | None
    status: int = 200
    told: list[dict[str, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        verify_callback([KEY], request.headers, request.content, now_s=NOW.timestamp())
        body = msgspec.json.decode(request.content)
        if request.url.path == "/v1/payments/callbacks":
            self.told.append(body)
            return httpx.Response(self.status)
        assert request.url.path == "/v1/payments/orders"
        self.asked.append(body)
        if self.owed is None:
            raise httpx.ConnectError("away")
        return httpx.Response(200 if self.owed else 404, json=self.owed)


@dataclass
class Site:
    intake: Intake
    browser: FlaskClient
    refunds: Path

    def pay(self, way: str = "once", method: str = "alipay") -> Any:
        return self.browser.post(ORDER, data={"way": way, "method": method})


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    intake = Intake({"state": "open", "order": HOLDS})
    numbers = count(1)
    books = GatewayBooks(tmp_path / "gateway.sqlite")
    with httpx.Client(transport=httpx.MockTransport(intake)) as http:
        to_intake = ToIntake("http://intake", KEY, http, NOW.timestamp)
        delivering = Delivering(books, to_intake.told)
        delivering.start()
        pages = GatewayPages(
            intake=to_intake,
            books=books,
            delivering=delivering,
            refunds=tmp_path / "refunds.jsonl",
            portal=PORTAL,
            now=lambda: NOW,
            new_id=lambda word: f"{word}-{next(numbers)}",
        )
        app = gateway.build(pages)
        yield Site(intake, app.test_client(), tmp_path / "refunds.jsonl")
        delivering.stop()
    books.close()


def test_an_order_whose_item_names_no_way_to_pay_is_paid_in_any(site: Site) -> None:
    site.intake.owed = {"state": "open", "order": {**HOLDS, "methods": []}}
    page = site.browser.get(ORDER, base_url="http://127.0.0.1").text
    for said in ("支付宝", "微信", "银联"):
        assert said in page
    assert site.pay(method="wechat").status_code == 303
    assert [one["method"] for one in site.intake.told] == ["wechat"]


def test_the_page_says_what_is_paid_how_much_until_when_and_how(site: Site) -> None:
    page = site.browser.get(ORDER, base_url="http://127.0.0.1")
    assert page.status_code == 200
    for said in (
        "居民身份证工本费",
        "20261128-2",
        "40.00 元",
        "2026 年 12 月 5 日 23:59",
        "支付宝",
    ):
        assert said in page.text
    assert site.intake.asked == [{"case": "c1", "order": "20261128-2"}]
    assert f"form-action 'self' {PORTAL}" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text


def test_both_languages_and_no_latin_word_in_the_chinese_one(site: Site) -> None:
    for path in (ORDER, "/", "/pay/c1/x/y"):
        shown = re.sub(r"<head>.*</head>|English|20261128-2", "", site.browser.get(path).text)
        assert LATIN.findall(re.sub(r"(?s)<head>.*?</head>", "", shown)) == []
    assert site.browser.get("/language/en?back=/pay/c1/20261128-2").location == ORDER
    assert "identity card production fee" in site.browser.get(ORDER).text
    assert site.browser.get("/language/en?back=//evil.test/").location == "/"


def test_every_text_is_there_in_both_languages_and_every_way_has_one() -> None:
    found = gateway.texts()
    assert {tuple(text) for text in found.values()} == {("zh", "en")}
    ways = {*PAYING, *GIVING_BACK} - {"once"}
    assert {f"way-{way}" for way in ways} == {key for key in found if key.startswith("way-")}


def test_who_pays_is_led_back_when_intake_was_told(site: Site) -> None:
    answer = site.pay(method="wechat")
    assert (answer.status_code, answer.location) == (303, f"{PORTAL}/cases/c1")
    (told,) = site.intake.told
    assert (told["kind"], told["amount"], told["method"]) == ("payment", "40.00", "wechat")
    assert "已记录" in site.browser.get(ORDER).text


def test_a_button_that_is_pressed_twice_pays_once(site: Site) -> None:
    assert [site.pay().status_code, site.pay().status_code] == [303, 303]
    assert len(site.intake.told) == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"way": "once"}, 422),
        ({"way": "once", "method": "cash"}, 422),
        ({"way": "steal", "method": "alipay"}, 400),
        ({}, 400),
    ],
)
def test_a_form_that_is_wrong_moves_no_money(site: Site, form: dict[str, str], status: int) -> None:
    answer = site.browser.post(ORDER, data=form)
    assert answer.status_code == status
    assert ("尚未选择缴费方式" in answer.text) == (status == 422)
    assert site.intake.told == []


@pytest.mark.parametrize(
    ("owed", "said"),
    [
        ({"state": "nothing-owed", "order": None}, "现在不需要缴费"),
        ({"state": "replaced", "order": HOLDS | {"number": "20261128-5"}}, "已经失效"),
        ({"state": "open", "order": HOLDS | {"until": "2026-11-27T15:59:59Z"}}, "缴费期限已过"),
    ],
)
def test_an_order_that_holds_no_longer_is_paid_only_to_try(
    site: Site, owed: dict[str, Any], said: str
) -> None:
    site.browser.get(ORDER)
    site.intake.owed = owed
    page = site.browser.get(ORDER)
    assert said in page.text
    assert 'value="once"' not in page.text
    assert ("/pay/c1/20261128-5" in page.text) == (owed["state"] == "replaced")
    assert site.pay().status_code == 200
    assert site.intake.told == []
    assert site.pay("all-the-same").status_code == 303
    assert len(site.intake.told) == 1


def test_an_order_that_intake_does_not_know_is_not_found(site: Site) -> None:
    site.intake.owed = {}
    assert site.browser.get(ORDER).status_code == 404


def test_while_intake_is_away_no_money_is_taken_and_the_page_says_so(site: Site) -> None:
    site.intake.owed = None
    for answer in (site.browser.get(ORDER), site.pay()):
        assert answer.status_code == 503
        assert "没有扣款" in answer.text
    assert site.intake.told == []


def test_a_message_that_is_not_answered_is_repeated_and_who_paid_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.embedded.gateway.pages.SHOWN_AFTER_S", 0.0)
    site.intake.status = 503
    answer = site.pay()
    assert answer.status_code == 200
    assert "不用再次付款" in answer.text
    assert f"{PORTAL}/cases/c1" in answer.text


def test_a_late_message_is_let_go_on_the_page_of_everything(site: Site) -> None:
    assert site.pay("late").status_code == 303
    assert site.intake.told == []
    page = site.browser.get("/").text
    assert "暂缓通知" in page
    found = re.search(r'action="(/messages/\d+)"', page)
    assert found is not None
    assert site.browser.post(found[1]).location == "/"
    assert [one["kind"] for one in site.intake.told] == ["payment"]


def test_a_refund_order_is_carried_out_once(site: Site) -> None:
    assert "没有待退的款项" in site.browser.get("/").text
    order = RefundOrder(reference="c1:p1", case="c1", payment="p1", amount_fen=4000)
    FileGateway(site.refunds).refund(order)
    with site.refunds.open("ab") as file:
        file.write(b'{"reference": "c2:')  # a line that is being written
    assert "40.00 元" in site.browser.get("/").text
    form = {"reference": "c1:p1", "way": "in-parts"}
    assert [site.browser.post("/refunds", data=form).status_code for _ in range(2)] == [303, 303]
    assert [(one["kind"], one["amount"]) for one in site.intake.told] == [("refund", "20.00")] * 2
    assert "没有待退的款项" in site.browser.get("/").text
    for wrong in ({**form, "way": "keep"}, {**form, "reference": "c9:p9"}):
        assert site.browser.post("/refunds", data=wrong).status_code == 400


@pytest.mark.parametrize("status", [404, 409, 422])
def test_what_intake_refuses_is_not_repeated_and_is_shown(site: Site, status: int) -> None:
    site.intake.status = status
    assert site.pay().status_code == 303
    assert len(site.intake.told) == 1
    said = {404: "没有这件申请", 409: "另一件申请", 422: "内容不符"}
    assert said[status] in site.browser.get("/").text


def test_a_form_of_another_site_and_another_name_are_refused(site: Site) -> None:
    form = {"way": "once", "method": "alipay"}
    for site_of in ("cross-site", "same-site"):
        answer = site.browser.post(ORDER, data=form, headers={"Sec-Fetch-Site": site_of})
        assert answer.status_code == 403
    assert site.browser.get(ORDER, base_url="http://evil.test").status_code == 400
    assert site.intake.told == []


@pytest.mark.parametrize("mode", ["production", "trial"])
def test_outside_of_the_embedded_system_it_does_not_run(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_MODE", mode)
    with pytest.raises(SettingsError, match="to the embedded system alone"):
        gateway.create()
