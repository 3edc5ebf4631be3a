"""Every office that the sources print: which take applications, and whose they are."""

from collections import Counter

import pytest

from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.outcome import Office
from shared.catalogue.rules.offices import offices_of, offices_to_choose
from shared.jurisdiction import Jurisdiction, packaged_jurisdiction

TEXTS = {item.id: item.text for item in packaged_catalogue().items()}
ROWS = [(id_, office) for id_, text in TEXTS.items() for office in listed(text.offices)]
PASS = "000-24"
# Printed where an office stands, and no one office that takes applications: with the reason.
NOT_ONE_OFFICE = {
    "互联网": "no place",
    "人社厅门户网站": "no place",
    "新疆人社12333微信公众号": "no place",
    "12333咨询服务热线": "a telephone",
    "自治区政务服务大厅A区31公安厅窗口": "gives advice alone",
    "所在辖区社区或警务室、派出所": "whichever is near",
    "所在辖区村（社区）或警务室": "whichever is near",
    "全疆各区县公安机关治安部门县级人民政府公安机关": "each county's",
    "各地州县级公安机关治安部门": "each county's",
    "全疆各地州区县级人民政府公安机关": "each county's",
    "县级公安机关治安部门": "each county's",
    "机场、火车站、港口等公安派出所和旅馆、考场辖区公安派出所": "whichever is near",
    "户籍所在地公安派出所": "that of the household",
    "涉案当事人常住户口所在地或居住地的公安派出所"
    "或区县公安机关治安（户籍）管理部门（含户政办证中心）": "that of the household",
    "机动车登记地或者检验合格标志核发地车辆管理所": "that of the vehicle",
    "社区": "each community",
    "县市": "decides alone",
    "政务大厅窗口": "hands over alone",
    "社会保障卡合作银行即时制卡网点": "outlets of banks, not of the item's authority",
}
REGIONS = {
    "自治区": "65",
    "乌鲁木齐": "6501",
    "伊犁": "6540",
    "塔城": "6542",
    "阿勒泰": "6543",
    "克州": "6530",
    "博州": "6527",
    "哈密": "6505",
    "阿克苏": "6529",
    "喀什": "6531",
    "昌吉": "6523",
    "和田": "6532",
    "克拉玛依": "6502",
    "巴州": "6528",
    "吐鲁番": "6504",
    "兵团": "6590",
}


@pytest.fixture(scope="module")
def known() -> Jurisdiction:
    return packaged_jurisdiction()


def words(office: Office) -> str:
    return office.name or office.address


@pytest.mark.requirement("R-227")
def test_every_printed_office_that_takes_applications_has_a_code() -> None:
    without = {words(office) for _, office in ROWS if office.code is None}
    assert without == set(NOT_ONE_OFFICE)
    assert sum(office.code is not None for _, office in ROWS) == 277
    for id_, office in ROWS:
        if office.code is not None:
            assert office in offices_of(TEXTS[id_]), (id_, office.code)


@pytest.mark.requirement("R-227")
def test_every_code_is_an_office_of_the_item_s_authority_in_a_region(known: Jurisdiction) -> None:
    for id_, office in ROWS:
        if office.code is not None:
            found = known.offices[office.code]
            assert found.authority == TEXTS[id_].department, id_
            assert found.region in known.regions, id_


def test_one_place_that_several_items_print_has_one_code() -> None:
    """Outside the border pass each authority has one: the offices of 004 are those of its items."""
    codes: dict[str, set[str]] = {}
    for id_, office in ROWS:
        if office.code and id_ != PASS:
            codes.setdefault(TEXTS[id_].department, set()).add(office.code)
    assert {len(found) for found in codes.values()} == {1}
    assert len(codes) == 26


@pytest.mark.requirement("R-227")
def test_the_146_of_the_border_pass_lie_in_the_regions_that_the_source_prints(
    known: Jurisdiction,
) -> None:
    offices = offices_to_choose(TEXTS[PASS])
    assert len({office.code for office in offices}) == len(offices) == 146
    assert {office.region for office in offices} == set(REGIONS)
    numbered: Counter[str] = Counter()
    for office in offices:
        assert office.code is not None
        found = known.offices[office.code]
        assert found.region.startswith(REGIONS[office.region]), office.code
        numbered[found.region] += 1
        assert office.code == f"public-security-{found.region}-{numbered[found.region]}"
        above = found.region if found.region.endswith("00") else f"{found.region[:4]}00"
        charge = above if above in known.regions else "650000"
        assert found.part_of == f"public-security-{charge}"


def test_a_county_that_is_printed_is_the_region_of_its_office(known: Jurisdiction) -> None:
    """The printed name begins as that of the region: 巴里坤县 of 巴里坤哈萨克自治县."""
    for office in offices_to_choose(TEXTS[PASS]):
        assert office.code is not None
        place = known.regions[known.offices[office.code].region]
        if place.level == "county" and office.region != "兵团":
            stem = office.name.split("（")[-1].rstrip("）").removesuffix("县").removesuffix("区")
            assert stem.removesuffix("市") in place.name, office.name


def test_where_there_is_one_office_there_is_no_choice() -> None:
    assert [id_ for id_, text in TEXTS.items() if offices_to_choose(text)] == [PASS]
    alone = [id_ for id_, text in TEXTS.items() if len(offices_of(text)) == 1]
    assert len(alone) == 131
