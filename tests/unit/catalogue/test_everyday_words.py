"""Items are found by what people say every day, and nonsense finds nothing."""

import pytest

from shared.catalogue import Wanted, packaged_catalogue

FIRST = 5
# What is typed, and an item that is among the first five of what is offered.
EVERYDAY = (
    ("身份证丢了", "000-01"),
    ("身份证丢失", "000-01"),
    ("丢了身份证", "000-01"),
    ("身份证遗失", "000-01"),
    ("身份证补领", "000-01"),
    ("补办身份证", "000-01"),
    ("身份证补办", "000-01"),
    ("挂失身份证", "000-01"),
    ("我的身份证不见了", "000-01"),
    ("身份证丢了怎么办？", "000-01"),
    ("办身份证", "000-01"),
    ("换身份证", "003-024"),
    ("身份证过期了", "003-024"),
    ("驾照丢了", "000-11"),
    ("驾驶证丢了", "000-11"),
    ("驾驶证丢失", "002-22"),
    ("驾驶证到期了", "000-13"),
    ("驾照换证", "000-13"),
    ("驾驶证损坏", "000-16"),
    ("查驾驶证扣分", "002-16"),
    ("开酒店", "000-09"),
    ("旅店", "000-09"),
    ("我想开一家宾馆", "000-09"),
    ("办营业执照", "003-051"),
    ("公司营业执照", "003-056"),
    ("开公司", "003-056"),
    ("社会保障卡丢了", "004-080"),
    ("社保卡遗失", "004-080"),
    ("补办社保卡", "004-080"),
    ("申请社保卡", "004-076"),
    ("行驶证丢失", "000-21"),
    ("行车证丢了", "000-21"),
    ("车牌丢失", "000-17"),
    ("牌照丢了", "000-17"),
    ("结婚证丢失", "003-068"),
    ("补办结婚证", "003-068"),
    ("我要结婚登记", "003-067"),
    ("居住证不见了", "001-06"),
    ("居住证过期了", "001-10"),
    ("居住证损坏", "001-05"),
    ("申请失业金", "003-006"),
    ("领取失业保险金", "003-006"),
    ("给孩子上户口", "003-032"),
    ("新生儿户口登记", "003-032"),
    ("办理退休金", "004-030"),
    ("公司拖欠工资怎么办", "004-129"),
    ("申请工伤认定", "004-048"),
    ("申请法律援助", "003-076"),
    ("查询社保缴费", "004-026"),
    ("办护照", "003-027"),
    ("shenfenzheng diushi", "000-01"),
    ("lost card identity", "000-01"),
    ("I want a passport", "003-027"),
    ("renew residence permit", "001-04"),
)
NONSENSE = (
    "天气预报",
    "asdf",
    "今天吃什么",
    "红烧牛肉面",
    "足球比赛直播",
    "qwerty uiop",
    "钱包丢了",
    "电影票查询",
    "weather forecast",
    "我要的怎么办",
    "哈哈哈哈",
    "股票行情",
)


def found(text: str) -> list[str]:
    return [one.id for one in packaged_catalogue().listings(Wanted(text=text, offered=True))]


@pytest.mark.parametrize(("text", "item"), EVERYDAY)
def test_an_everyday_wish_finds_its_item_among_the_first(text: str, item: str) -> None:
    assert item in found(text)[:FIRST]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_what_has_the_whole_text_comes_first_and_by_id() -> None:
    assert found("办身份证")[0] == "003-024"
    whole = [
        one.id
        for one in packaged_catalogue().listings(Wanted(offered=True))
        if any("驾照" in name for name in (one.name, *one.aliases))
    ]
    assert found("驾照")[: len(whole)] == whole == sorted(whole)
