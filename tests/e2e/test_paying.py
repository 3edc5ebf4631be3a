"""An order is paid as in a browser: the portal's page, the gateway's page, and back to the portal.

Intake is told by the gateway's own process, signed and asynchronously, as a real one would.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.demo import people
from tests.e2e.actors import REQUEST_S, Scene, scene
from tests.e2e.system import system
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

WAIT_S = 60.0
APPLICANT = "张三"  # the person whom the story applies for, among those of the sign-in page


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with system(tmp_path_factory.mktemp("paying")) as one:
        one.up()
        with scene(one) as found:
            yield found


@dataclass
class Payer:
    """The applicant in front of a browser: follows links and sends forms, with cookies."""

    running: Scene
    browser: httpx.Client

    @property
    def base(self) -> int:
        return int(self.running.system.environ["CASELEDGER_PORT_BASE"])

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.base + 10}"

    def sign_in(self, back: str) -> httpx.Response:
        people_page = self.browser.get(f"{self.portal}/sign-in", params={"back": back})
        link = found(rf'href="([^"]+)">{APPLICANT}<', people_page.text)
        return self.browser.get(people_page.url.join(link))

    def submit(self) -> str:
        """A new case that is complete and waits for its fee."""
        return self.running.story().submit()

    def case(self, case: str) -> dict[str, Any]:
        answer = self.running.get("intake", f"/v1/cases/{case}", as_="applicant")
        shown: dict[str, Any] = answer.json()
        return shown

    def order(self, case: str) -> str:
        """The address of the page to pay at, as the API gives it."""
        order = self.case(case)["order"]
        assert order["pay_at"] == f"{self.gateway}/pay/{case}/{order['number']}"
        return str(order["pay_at"])

    def pay(self, case: str, way: str = "once") -> httpx.Response:
        form = {"way": way, "method": "alipay"}
        return self.browser.post(self.order(case), data=form)

    def give_back(self, case: str, way: str) -> None:
        """Carry out the refund of the case's last payment, once it is ordered."""
        payment = self.case(case)["fee"]["payments"][-1]["transaction"]

        def ordered() -> str:
            page = self.browser.get(f"{self.gateway}/").text
            return found(rf'name="reference" value="({case}:{payment})"', page)

        form = {"reference": eventually(ordered, WAIT_S), "way": way}
        self.browser.post(f"{self.gateway}/refunds", data=form)


@pytest.fixture
def payer(running: Scene) -> Iterator[Payer]:
    with httpx.Client(timeout=REQUEST_S, trust_env=False, follow_redirects=True) as browser:
        yield Payer(running, browser)


def found(pattern: str, text: str) -> str:
    """The group of a pattern, as a page has it."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1].replace("&amp;", "&")


def payments(shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["accounted"], one["amount"]) for one in shown["fee"]["payments"]]


def test_an_order_is_paid_from_its_page_and_the_case_is_shown_as_paid(payer: Payer) -> None:
    case = payer.submit()
    page = payer.sign_in(f"/cases/{case}")
    assert page.url.path == f"/cases/{case}"
    to_pay = found(r'href="([^"]+/pay/[^"]+)"', page.text)
    assert to_pay == payer.order(case)
    order = payer.browser.get(to_pay)
    assert order.status_code == 200
    assert f"{people.FEE} 元" in order.text
    assert "居民身份证工本费" in order.text
    back = payer.browser.post(to_pay, data={"way": "once", "method": "wechat"})
    assert str(back.url) == f"{payer.portal}/cases/{case}"
    assert f"已缴 {people.FEE} 元" in back.text
    assert "去缴费" not in back.text
    assert payments(payer.case(case)) == [("fee", people.FEE)]
    assert "现在不需要缴费" in payer.browser.get(to_pay).text


def test_a_payment_that_is_told_three_times_is_one(payer: Payer) -> None:
    case = payer.submit()
    payer.pay(case, "doubled")
    assert payments(payer.case(case)) == [("fee", people.FEE)]
    page = payer.browser.get(f"{payer.gateway}/").text
    assert page.count("已记录") >= 3


@pytest.mark.parametrize(
    ("way", "accounted"),
    [
        ("out-of-order", [("fee", people.FEE)]),
        ("failed", []),
        ("twice", [("fee", people.FEE), ("duplicate", people.FEE)]),
    ],
)
def test_a_bad_day_of_a_payment_leaves_this(
    payer: Payer, way: str, accounted: list[tuple[str, str]]
) -> None:
    case = payer.submit()
    payer.pay(case, way)
    assert payments(payer.case(case)) == accounted
    assert payer.case(case)["fee"]["paid"] is bool(accounted)


@pytest.mark.parametrize(
    ("way", "code"), [("refund-failed", "ACCOUNT_CLOSED"), ("bounced", "bounced")]
)
def test_a_refund_that_does_not_arrive_is_in_trouble_on_its_case(
    payer: Payer, way: str, code: str
) -> None:
    case = payer.submit()
    payer.pay(case, "twice")
    payer.give_back(case, way)
    duplicate = payer.case(case)["fee"]["payments"][-1]
    assert (duplicate["trouble"], duplicate["settled"]) == (code, False)


def test_another_amount_is_a_fact_and_its_refund_is_carried_out_in_two_parts(
    payer: Payer,
) -> None:
    case = payer.submit()
    payer.pay(case, "wrong-amount")
    assert payments(payer.case(case)) == [("mismatch", "41.00")]
    shown = payer.sign_in(f"/cases/{case}").text
    assert "尚未缴纳" in shown or "请最迟在" in shown
    payer.give_back(case, "in-parts")

    def is_back() -> bool:
        return bool(payer.case(case)["fee"]["payments"][0]["refunded"])

    assert eventually(is_back, WAIT_S)
    assert "费用已经退还" in payer.browser.get(f"{payer.portal}/cases/{case}").text
    payer.pay(case)  # by the fresh order
    assert payments(payer.case(case)) == [("mismatch", "41.00"), ("fee", people.FEE)]


def test_a_payment_that_is_told_late_reaches_a_case_that_was_withdrawn(payer: Payer) -> None:
    case = payer.submit()
    payer.pay(case, "late")
    assert payments(payer.case(case)) == []
    withdrawn = payer.running.post(
        "intake",
        f"/v1/cases/{case}/withdrawal",
        b"{}",
        as_="applicant",
        headers={"If-Match": f'"{payer.case(case)["version"]}"'},
    )
    assert withdrawn.status_code == 200, withdrawn.text
    page = payer.browser.get(f"{payer.gateway}/").text
    held = found(r'action="(/messages/\d+)"', page)
    payer.browser.post(f"{payer.gateway}{held}")
    assert payments(payer.case(case)) == [("not-owed", people.FEE)]
