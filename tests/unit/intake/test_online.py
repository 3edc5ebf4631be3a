"""What an item's source demands of whoever applies online: a real-name account, an agreement."""

from pathlib import Path
from typing import Any

import pytest

from services.intake.application.application import Application
from services.intake.application.checking import faults
from services.intake.application.parties.online import Online, applying_online
from services.intake.application.submission import GuideNeeded, IdentityNeeded, submit
from services.intake.items.form import form_document
from shared.case.facts.parts import GuideAgreed
from shared.catalogue import Item, packaged_catalogue
from shared.jurisdiction import packaged_jurisdiction
from shared.security.principal import Principal, Role, VouchedIdentity
from tests.support.given import START, given, rules
from tests.support.made_up import agreed
from tests.support.walking import application
from tests.unit.catalogue.test_conditions import said as told
from tests.unit.intake.test_items_api import World, world_of

NAMED = VouchedIdentity(kind="resident-id", number="999999199001010016", name="何访客")
# Every item whose source prints 实名注册用户, as far as somebody applies for it with an account.
REAL_NAME = [
    *(f"000-{n:02}" for n in (1, 2, 3, 7, 8, 9, 10)),
    *(f"000-{n}" for n in range(11, 25)),
]
CONTACT = packaged_catalogue().item("000-20")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return world_of(tmp_path, packaged_catalogue())


def codes(item: Item, online: Online | None, **changes: Any) -> list[str]:
    """What keeps an otherwise whole application out."""
    used = rules()
    wish = application(item, used, START, online=online, **changes)
    return [one.code for one in faults(Application(item, wish), used, START)]


def test_the_items_that_print_a_real_name_account_ask_for_one() -> None:
    found = [one.id for one in packaged_catalogue().items() if one.text.online is not None]
    assert found == REAL_NAME
    for id_ in found:
        online = packaged_catalogue().item(id_).text.online
        assert online is not None
        assert "实名注册" in (online.account or ""), id_


@pytest.mark.requirement("R-014")
@pytest.mark.parametrize("id_", REAL_NAME)
def test_an_account_that_nobody_vouches_for_is_kept_out_where_the_source_asks(id_: str) -> None:
    item = packaged_catalogue().item(id_)
    assert "identity-needed" in codes(item, Online(named=False))
    assert "identity-needed" not in codes(item, Online(named=True))
    assert "identity-needed" not in codes(item, None)  # taken in at a counter


@pytest.mark.requirement("R-014")
@pytest.mark.parametrize("id_", ["002-22", "004-085", "003-023"])
def test_an_item_that_asks_for_no_account_takes_any(id_: str) -> None:
    found = codes(packaged_catalogue().item(id_), Online(named=False))
    assert not {"identity-needed", "guide-needed"} & {*found}


def test_an_account_is_known_by_number_and_name_and_staff_by_neither() -> None:
    def caller(role: Role, identity: VouchedIdentity | None) -> Principal:
        return Principal(issuer="i", subject="s", roles=frozenset({role}), identity=identity)

    nameless = VouchedIdentity(kind="resident-id", number=NAMED.number)
    assert applying_online(caller(Role.APPLICANT, NAMED)) == Online(named=True)
    assert applying_online(caller(Role.PORTAL, nameless)) == Online(named=False)
    assert applying_online(caller(Role.APPLICANT, None)) == Online(named=False)
    assert applying_online(caller(Role.OFFICER, None)) is None


@pytest.mark.requirement("R-015")
def test_what_is_printed_as_agreed_to_is_agreed_to_before_anything_is_saved() -> None:
    named, guide = Online(named=True), agreed(CONTACT, rules())["guide"]
    for missing, raised in ((named, GuideNeeded), (Online(named=False), IdentityNeeded)):
        beside: dict[str, Any] = {} if missing.named else {"guide": GuideAgreed(**guide)}
        wish = application(CONTACT, rules(), START, online=missing, **beside)
        given().when(submit, wish, at=START).refused(raised)
    assert codes(CONTACT, named, guide=GuideAgreed(**guide)) == []
    other = GuideAgreed(version="2026.1", content_hash="0" * 64)
    assert codes(CONTACT, named, guide=other) == ["guide-changed"]


@pytest.mark.requirement("R-014", "R-015")
def test_a_trial_says_so_in_chinese_with_what_to_do_next(world: World) -> None:
    body = {"declared": True}
    told = world.check(body, item_id="000-20", user="unverified").json["refused"]
    said = {one["code"]: one for one in told}
    assert "请先在登录的平台完成实名认证，再重新登录申请" in said["identity-needed"]["detail_zh"]
    assert "咨询电话" in said["identity-needed"]["detail_zh"]  # no counter takes it
    assert "请阅读本事项的办事须知，同意后再提交" in said["guide-needed"]["detail_zh"]
    assert "/v1/items/000-20" in said["guide-needed"]["detail"]
    booked = world.check(body, item_id="000-24", user="unverified").json["refused"]
    (at_counter,) = [one for one in booked if one["code"] == "identity-needed"]
    assert "也可以带身份证件到窗口办理" in at_counter["detail_zh"]
    for user in ("visitor", "officer"):
        found = world.check(body, item_id="000-24", user=user).json["refused"]
        assert "identity-needed" not in [one["code"] for one in found]


@pytest.mark.requirement("R-014", "R-015")
def test_a_form_says_what_the_token_and_the_body_must_have(world: World) -> None:
    form = world.get("/v1/items/000-20/form").json
    assert form["online"] == {
        "account": "互联网实名注册个人用户（通过实人认证的注册用户）",
        "agreement": "阅读并同意后进入变更机动车联系方式界面",
    }
    assert "guide" in form["schema"]["required"]
    other = form_document(packaged_catalogue().item("002-22"), packaged_jurisdiction(), version="x")
    assert other["online"] == {"account": "", "agreement": ""}
    assert "guide" not in other["schema"]["required"]
    definition = world.get("/v1/items/000-01").json
    assert definition["online"]["account"] in definition["steps"]


@pytest.mark.parametrize(
    ("demanded", "sentence"),
    [
        ({"account": "实名注册用户"}, ""),
        ({"account": "实名注册", "agreement": "阅读并同意后"}, ""),
        ({"account": "注册实名用户"}, "neither in the steps nor in the conditions"),
        ({"agreement": "同意即可"}, "neither in the steps nor in the conditions"),
        ({}, "It demands nothing"),
    ],
)
def test_a_file_quotes_what_it_demands(demanded: dict[str, str], sentence: str) -> None:
    found = told(online=demanded, steps=["阅读并同意后进入"], conditions=["实名注册用户"])
    assert sentence in found
    assert bool(found) == bool(sentence)
