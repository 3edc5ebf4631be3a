"""Where somebody goes who does not have a material: what the item prints, or whom to ask."""

from services.intake.files.at_office import office_advice, where_to_go
from shared.catalogue.definition.choosing import Choices
from tests.support.items_given import item

OFFICE = {"code": "one", "name": "车管所窗口", "address": "某街1号", "phones": ["0991-1"]}
PICTURE = {"code": "picture", "name": "照片", "at_office": "请到窗口采集。"}


def test_the_places_that_the_item_prints_are_named() -> None:
    text = item(offices=[{"address": "互联网"}, OFFICE]).text
    assert where_to_go(text).zh == "办理地点：车管所窗口，某街1号，0991-1。"


def test_without_a_place_there_is_a_number_to_ask_and_without_one_the_authority() -> None:
    lines = {"consult": [{"numbers": ["12123", "114"]}]}
    assert "12123、114" in where_to_go(item(hotlines=lines).text).zh
    assert "公安厅" in where_to_go(item(department_name="公安厅").text).zh


def test_advice_is_for_who_has_not_got_it() -> None:
    text = item(materials=[PICTURE], offices=[OFFICE]).text
    (told,) = office_advice(text, Choices(), [])
    assert told.said.zh.startswith("请到窗口采集。办理地点：车管所窗口")
    assert list(office_advice(text, Choices(), ["picture"])) == []
