"""Rows of docs/requirements.md that one question about one packaged item shows, over HTTP.

They are what a portal sees: the definition, the form, the trial. What a rule of the code proves has
its test beside that rule.
"""

from typing import Any

import pytest

from shared.catalogue import packaged_catalogue
from tests.unit.intake.test_items_api import World, world_of

# The world's clock stands at noon on 2026-11-21, a Saturday.


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("items"), packaged_catalogue())


@pytest.mark.requirement("R-001")
@pytest.mark.parametrize(
    ("item_id", "intermediary", "power_source", "lines"),
    [
        ("000-01", "IV级", "法定本级行使", {"intermediary": 20, "power_source": 21}),
        ("000-02", "无", "其他", {"intermediary": 101, "power_source": 102}),
        ("000-03", "无", "其他", {"intermediary": 139, "power_source": 140}),
        ("000-23", "无", "", {"intermediary": 1406}),
        ("000-24", "", "", {}),
    ],
)
def test_an_item_says_intermediary_and_power_source_as_printed_with_their_lines(
    world: World, item_id: str, intermediary: str, power_source: str, lines: dict[str, int]
) -> None:
    found = definition(world, item_id)
    assert (found["intermediary"], found["power_source"]) == (intermediary, power_source)
    assert found["source"]["at"] == lines


@pytest.mark.requirement("R-001")
def test_an_item_says_everything_else_that_its_source_prints_of_it(world: World) -> None:
    found = definition(world, "000-01")
    assert found["on_site_visits"] == "无"
    assert found["case_kind"] == "承诺件"
    assert found["source"]["business_code"] == "000709004000"
    assert (found["audience"], found["level"]) == ("自然人", "县级")
    for name in ("name", "item_type", "legal_bases", "department_name", "limits", "results"):
        assert found[name]
    for name in ("fee", "materials", "steps", "channels_raw", "review", "coverage", "conditions"):
        assert found[name]
    for name in ("appointment", "delivery", "offices", "hours", "hotlines"):
        assert found[name]


def definition(world: World, item_id: str) -> Any:
    return world.get(f"/v1/items/{item_id}").json


def missing(world: World, item_id: str, **body: Any) -> set[str]:
    """The materials that a trial of this application names as missing."""
    return {one["material"] for one in world.check(body, item_id).json["missing"]}


def refused(world: World, item_id: str, **body: Any) -> set[str]:
    """What a trial of this application refuses: the failed check, else the code of the fault."""
    found = world.check(body, item_id).json["refused"]
    return {one.get("check") or one["code"] for one in found}


# --- A, Q, T: the definition


@pytest.mark.requirement("R-003", "R-012")
def test_a_legal_basis_has_its_article_its_text_and_the_edition_it_is_cited_from(
    world: World,
) -> None:
    bases = definition(world, "000-01")["legal_bases"]
    assert [(one["article"], one.get("edition") or "") for one in bases] == [
        ("第七条", ""),
        ("第二条", "2011修正"),
    ]
    assert all("居民身份证" in one["name"] and "十六周岁" in one["text"] for one in bases)


@pytest.mark.requirement("R-005")
def test_one_catalogue_holds_far_more_than_seventeen_departments(world: World) -> None:
    found, after = [], ""
    while after is not None:
        page = world.get(f"/v1/items?limit=100{after and f'&after={after}'}").json
        found += page["items"]
        after = page["next"]
    items = [one for one in found if one["kind"] != "rule"]
    assert len({one["department"] for one in items}) >= 17
    tax = {one["department_name"] for one in items if one["department"] == "taxation"}
    assert tax == {"国家税务总局县市（园区）税务局"}


@pytest.mark.requirement("R-001", "R-008", "R-010")
def test_the_kind_of_case_the_visits_and_the_business_code_stand_in_the_definition(
    world: World,
) -> None:
    card = definition(world, "000-01")
    assert (card["case_kind"], card["on_site_visits"]) == ("承诺件", "无")
    assert card["source"]["business_code"] == "000709004000"
    assert definition(world, "004-005")["source"].get("business_code") in (None, "")


@pytest.mark.requirement("R-013")
def test_every_kind_of_result_is_in_the_catalogue_and_an_item_may_have_none(world: World) -> None:
    ids = ("000-01", "000-03", "001-01", "003-006", "004-049", "004-042", "004-109")
    kinds = {one["kind"] for id_ in ids for one in definition(world, id_)["results"]}
    assert kinds == {
        *("document", "electronic", "voucher", "payment", "letter", "record", "confirmation"),
    }
    assert definition(world, "000-12")["results"] == []


@pytest.mark.requirement("R-057")
def test_a_material_has_its_form_its_copies_its_stamp_and_its_template(world: World) -> None:
    by_code = {one["code"]: one for one in definition(world, "004-005")["materials"]}
    form, approval = by_code["application-form"], by_code["name-approval"]
    assert (form["form"], form["copies"], form["stamped"]) == ("original", 2, False)
    assert approval["form"] == "copy-and-original-for-inspection"
    (licence,) = [
        one for one in definition(world, "000-10")["materials"] if one["code"] == "business-licence"
    ]
    assert (licence["form"], licence["stamped"]) == ("copy", True)
    (template,) = [
        one["form_template"]
        for one in definition(world, "004-004")["materials"]
        if one["code"] == "working-hours-form"
    ]
    assert "所附表格样式" in template


@pytest.mark.requirement("R-138")
def test_postage_is_paid_by_the_recipient_or_is_in_the_fee(world: World) -> None:
    (post,) = definition(world, "000-01")["delivery"]
    assert (post["raw"], post["paid_by"]) == ("邮政EMS（到付）", "recipient")
    lines = definition(world, "004-108")["fee"]["lines"]
    assert [one["raw"] for one in lines if one["code"] == "certificate"] == [
        "《专业技术人员继续教育证书》每本8元（含邮寄资费）"
    ]


@pytest.mark.requirement("R-226", "R-228")
def test_hotlines_to_consult_and_to_supervise_differ_and_each_has_its_region(world: World) -> None:
    lines = definition(world, "000-01")["hotlines"]
    assert [len(lines[purpose]) for purpose in ("consult", "supervise")] == [15, 15]
    urumqi = [
        one["numbers"]
        for purpose in ("consult", "supervise")
        for one in lines[purpose]
        if one["label"] == "乌鲁木齐"
    ]
    assert urumqi == [["0991-41844069"], ["0991-4184069"]]


@pytest.mark.requirement("R-226")
@pytest.mark.parametrize("source", ["000", "004"])
def test_what_is_offered_of_the_guides_has_a_supervision_phone(world: World, source: str) -> None:
    """The lists of Changji and Qijiang and the rules of 2011 print none."""
    offered = [
        one for one in packaged_catalogue().items() if one.id[:3] == source and one.text.offered
    ]
    silent = [
        one.id
        for one in offered
        if not (lines := one.text.hotlines) or lines == "unknown" or not lines.supervise
    ]
    assert silent == (["000-06"] if source == "000" else [])


@pytest.mark.requirement("R-237")
def test_one_hotline_may_serve_both_purposes(world: World) -> None:
    lines = definition(world, "000-18")["hotlines"]
    assert [[one["numbers"] for one in lines[p]] for p in ("consult", "supervise")] == [
        [["12123"]],
        [["12123"]],
    ]


@pytest.mark.requirement("R-230", "R-231", "R-232")
def test_hours_have_seasons_and_lunch_breaks_or_are_always_or_are_somebody_elses(
    world: World,
) -> None:
    card = definition(world, "000-06")["hours"]
    assert card["sessions"] == {
        "summer": ["10:00-14:00", "16:00-20:00"],
        "winter": ["10:00-13:30", "15:30-19:30"],
    }
    assert "国家法定节假日除外" in card["raw"]
    assert definition(world, "000-01")["hours"]["always"] is True
    assert card["always"] is False
    assert "银行" in definition(world, "004-080")["hours"]["raw"]


@pytest.mark.requirement("R-130", "R-238")
def test_an_office_has_its_hall_window_or_room(world: World) -> None:
    (office,) = definition(world, "004-042")["offices"]
    assert office["rooms"] == "2楼南侧经办大厅"
    assert any(one["rooms"] for one in definition(world, "004-104")["offices"])


@pytest.mark.requirement("R-168", "R-239")
def test_an_examination_is_elsewhere_and_its_papers_are_printed_by_the_applicants(
    world: World,
) -> None:
    exam = definition(world, "004-109")
    assert exam["initiated_by"] == "elsewhere"
    assert [way["kind"] for way in exam["delivery"]] == ["electronic"]
    assert "自行登陆中国人事考试网打印" in exam["delivery"][0]["raw"]
    assert world.get("/v1/items/004-109/form").status_code == 409


@pytest.mark.requirement("R-252")
def test_a_fingerprint_is_a_criterion_to_say_yes_or_no_to_and_no_material(world: World) -> None:
    card = definition(world, "000-01")
    first, *_ = card["review"]["criteria"]
    assert first["code"] == "lost-fingerprinted-card"
    assert [one["code"] for one in card["materials"]] == ["household-register"]
    assert not [one["code"] for one in card["facts"] if "指纹" in one["name"]]


@pytest.mark.requirement("R-253", "R-254")
@pytest.mark.parametrize("item_id", ["000-04", "000-05", "001-15", "004-096", "004-097"])
def test_vetting_party_and_population_registers_cannot_be_applied_for(
    world: World, item_id: str
) -> None:
    found = world.get(f"/v1/items/{item_id}/form")
    assert found.status_code == 409
    assert found.json["type"] == "urn:caseledger:problem:item-not-offered"
    assert len(found.json["detail"]) > 30


# --- B, D, N: what is asked of whom


@pytest.mark.requirement("R-053")
def test_a_permit_is_asked_for_with_one_to_ten_further_destinations(world: World) -> None:
    form = world.get("/v1/items/000-24/form").json["schema"]["properties"]["facts"]["properties"]
    asked = form["destination-list"]
    assert (asked["type"], asked["minItems"], asked["maxItems"]) == ("array", 1, 10)
    (title,) = (one["title"] for one in asked["items"]["properties"].values())
    assert title == "其他前往的边境管理区"

    def wrong(*places: str) -> set[tuple[str, str]]:
        entries = [{"further-destination": place} for place in places]
        body = {"situations": ["further-destinations"], "facts": {"destination-list": entries}}
        found = world.check(body, "000-24").json["refused"]
        return {
            (one["code"], one["pointer"])
            for one in found
            if one["pointer"].startswith("/facts/destination-list")
        }

    count = {("entries-count", "/facts/destination-list")}
    assert (wrong("某县"), wrong(*["某县某镇"] * 10)) == (set(), set())
    assert wrong() == wrong(*["某县某镇"] * 11) == count


@pytest.mark.requirement("R-021", "R-207")
def test_an_agent_of_the_injured_needs_a_letter_and_the_unit_its_account_permit(
    world: World,
) -> None:
    injured = {"situations": ["injured"]}
    assert missing(world, "004-018", **injured) == {"deposit-receipt", "identity-card"}
    by_agent = missing(world, "004-018", **injured, representation="agent")
    assert by_agent == {"deposit-receipt", "identity-card", "power-of-attorney"}
    assert missing(world, "004-018", situations=["unit"]) == {"account-permit", "unit-change-form"}


@pytest.mark.requirement("R-022")
def test_an_heir_brings_card_bank_card_and_the_notarised_inheritance(world: World) -> None:
    heirs = {"heir-identity-card", "heir-bank-card", "inheritance-certificate"}
    dead = {"situations": ["died-in-service"]}
    assert heirs <= missing(world, "004-040", **dead, representation="heir")
    assert not heirs & missing(world, "004-040", **dead)


@pytest.mark.requirement("R-024")
def test_a_handler_of_the_unit_brings_the_units_letter(world: World) -> None:
    letter = missing(world, "004-048", representation="unit-handler") - missing(world, "004-048")
    assert letter == {"handlers-authorisation"}


@pytest.mark.requirement("R-063")
def test_who_commits_files_a_letter_of_commitment(world: World) -> None:
    assert "commitment-letter" not in missing(world, "000-09")
    assert "commitment-letter" in missing(world, "000-09", situations=["commitment"])


@pytest.mark.requirement("R-060")
def test_a_hotel_is_not_asked_for_what_is_shared(world: World) -> None:
    shared = {"business-licence", "pre-approval-notice", "legal-representative-id", "manager-id"}
    assert shared <= {one["code"] for one in definition(world, "000-09")["materials"]}
    assert not shared & missing(world, "000-09")
    assert "floor-plan" in missing(world, "000-09")


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("item_id", ["004-028", "004-029", "004-032", "004-033"])
def test_a_dossier_is_a_material(world: World, item_id: str) -> None:
    assert "personnel-file" in missing(world, item_id)


@pytest.mark.requirement("R-071", "R-077")
def test_a_title_asks_for_the_units_notice_and_for_a_degree_only_without_its_report(
    world: World,
) -> None:
    verified = missing(world, "004-105")
    assert {"public-notice", "education-report"} <= verified
    assert "education-certificate" not in verified
    unverified = missing(world, "004-105", situations=["no-verification-report"])
    assert "education-certificate" in unverified
    assert "education-report" not in unverified


@pytest.mark.requirement("R-074")
def test_an_occupation_and_two_wrong_data_cannot_be_corrected(world: World) -> None:
    def faults(*, occupation: bool, both: bool) -> set[str]:
        facts = {"occupation-wrong": occupation, "name-and-number-wrong": both}
        return refused(world, "004-101", facts=facts) & {"occupation-stays", "not-both-wrong"}

    assert faults(occupation=True, both=False) == {"occupation-stays"}
    assert faults(occupation=False, both=True) == {"not-both-wrong"}
    assert faults(occupation=False, both=False) == set()


@pytest.mark.requirement("R-075")
def test_a_hotel_of_fifty_rooms_is_a_large_one_and_needs_a_deposit_room(world: World) -> None:
    checks = {"rooms-from-fifty", "deposit-room"}
    assert refused(world, "000-09", facts={"guest-rooms": 50}) & checks == {"rooms-from-fifty"}
    assert refused(world, "000-09", facts={"guest-rooms": 49}) & checks == set()
    large = {"situations": ["large-hotel"]}
    without = {"guest-rooms": 60, "deposit-room": False}
    assert refused(world, "000-09", **large, facts=without) & checks == {"deposit-room"}
    fine = without | {"deposit-room": True}
    assert refused(world, "000-09", **large, facts=fine) & checks == set()


@pytest.mark.requirement("R-198")
def test_contributions_are_deducted_after_an_agreement(world: World) -> None:
    unsigned = refused(world, "003-002", facts={"agreement-signed": False})
    signed = refused(world, "003-002", facts={"agreement-signed": True})
    assert unsigned - signed == {"agreement-signed"}


@pytest.mark.requirement("R-202")
def test_an_account_is_paid_out_in_one_of_three_situations(world: World) -> None:
    form = world.get("/v1/items/003-095/form").json
    (ground,) = [one for one in form["order"] if one["section"] == "situations"]
    codes = {choice["code"] for field in ground["fields"] for choice in field["choices"]}
    assert codes == {"settled-elsewhere", "died", "account-not-transferable"}
    assert "situation-missing" in refused(world, "003-095")
    assert "situation-unknown" in refused(world, "003-095", situations=["wants-the-money"])


@pytest.mark.requirement("R-210")
def test_dependants_prove_kinship_number_and_account(world: World) -> None:
    assert {"kinship-proof", "dependants-number-proof", "deposit-receipt"} <= missing(
        world, "004-071"
    )


@pytest.mark.requirement("R-216")
def test_a_file_is_inspected_with_letter_card_and_reason(world: World) -> None:
    assert missing(world, "004-094") == {"letter-of-introduction", "inspectors-id"}
    assert "reason" in {one["code"] for one in definition(world, "004-094")["facts"]}
    own = refused(world, "004-094", facts={"own-or-relatives-file": True})
    assert "not-own-or-relatives-file" in own


# --- C, K, L: variants, ways, times


@pytest.mark.requirement("R-011", "R-039", "R-058")
def test_variants_of_one_item_ask_for_different_things(world: World) -> None:
    codes = {one["code"] for one in definition(world, "004-005")["variants"]}
    assert codes == {"initial", "change", "renewal", "closure"}
    out, into = (missing(world, "004-042", variant=f"transfer-{way}") for way in ("out", "in"))
    assert out == {"insured-identity-card", "insured-social-security-card"}
    assert into == {"contribution-certificate", "transfer-information-sheet"}
    form = world.get("/v1/items/004-005/form").json
    (variant,) = [one for one in form["order"] if one["section"] == "variant"]
    assert {one["code"] for one in variant["fields"][0]["choices"]} == codes


@pytest.mark.requirement("R-015", "R-040")
def test_nobody_applies_without_declaring(world: World) -> None:
    assert "declaration-missing" in refused(world, "000-01", declared=False)
    assert "declaration-missing" not in refused(world, "000-01", declared=True)


@pytest.mark.requirement("R-045", "R-047")
@pytest.mark.parametrize("item_id", ["004-030", "004-016", "004-020"])
def test_a_closed_window_keeps_out(world: World, item_id: str) -> None:
    assert "window-closed" in refused(world, item_id)
    assert world.check({}, item_id).json["window"]["open"] is False


@pytest.mark.requirement("R-160")
def test_what_cannot_be_mailed_is_not_mailed(world: World) -> None:
    assert "delivery-not-offered" in refused(world, "000-09", delivery="post")
    assert "delivery-not-offered" not in refused(world, "000-09", delivery="pickup")


@pytest.mark.requirement("R-128")
@pytest.mark.parametrize(
    ("situation", "kind"), [("in-catalogue", "document"), ("not-in-catalogue", "letter")]
)
def test_where_no_certificate_is_made_any_more_there_is_a_written_statement(
    world: World, situation: str, kind: str
) -> None:
    results = definition(world, "004-099")["results"]
    assert [one["kind"] for one in results if situation in one["when"]["situation"]] == [kind]


@pytest.mark.requirement("R-092", "R-179")
def test_a_permit_is_extended_in_its_last_thirty_days_and_registered_anew_after_them(
    world: World,
) -> None:
    def closed(item_id: str, code: str, expiry: str) -> bool:
        return "window-closed" in refused(world, item_id, facts={code: expiry})

    expiries = ("2026-12-31", "2026-12-10", "2026-11-20")
    assert [closed("001-04", "permit-expiry", day) for day in expiries] == [True, False, True]
    years = ("2027-03-01", "2027-02-01", "2026-11-01")
    assert [closed("000-13", "licence-expiry", day) for day in years] == [True, False, True]
    assert "window-closed" not in refused(world, "001-10")
    assert definition(world, "001-10")["offered"] is True


@pytest.mark.requirement("R-172")
def test_the_permits_of_the_pilot_are_looked_at_when_they_expire(world: World) -> None:
    pilot = definition(world, "001-16")
    assert pilot["offered"] is True
    (permit,) = [one for one in pilot["results"] if one["code"] == "residence-permit"]
    assert permit["validity"]["reissue"] == "anew"


@pytest.mark.requirement("R-204", "R-217")
@pytest.mark.parametrize(
    ("item_id", "days", "end"),
    [
        ("004-040", 7, "paid-out"),
        ("004-067", 7, "result-ready"),
        ("004-132", 3, "result-ready"),
    ],
)
def test_a_benefit_has_seven_working_days_and_a_question_to_the_public_body_three(
    world: World, item_id: str, days: int, end: str
) -> None:
    (promised,) = [one for one in definition(world, item_id)["limits"] if one["name"] == "promised"]
    assert (promised["n"], promised["unit"]) == (days, "working_days")
    assert promised["end_event"] == end


@pytest.mark.requirement("R-145")
def test_a_permit_is_made_within_three_working_days_of_the_order(world: World) -> None:
    (making,) = [
        one for one in definition(world, "001-01")["limits"] if one["name"] == "production"
    ]
    assert (making["n"], making["unit"]) == (3, "working_days")
    assert (making["start_event"], making["end_event"]) == ("production-ordered", "produced")


# --- what holds of rows that hold in part


@pytest.mark.requirement("R-117")
def test_a_licence_that_is_said_to_be_seized_is_not_reissued(world: World) -> None:
    assert "not-while-seized" in refused(world, "000-11", facts={"licence-seized": True})
    assert "not-while-seized" not in refused(world, "000-11", facts={"licence-seized": False})


@pytest.mark.requirement("R-142")
def test_the_standard_of_the_picture_stands_with_the_permit(world: World) -> None:
    standard = definition(world, "001-R1")["photo_standard"]
    assert (standard["width_px"], standard["height_px"]) == (358, 441)
    assert standard["reference"] == "GA461-2004"


@pytest.mark.requirement("R-152")
def test_a_residence_permit_is_electronic(world: World) -> None:
    results = definition(world, "000-06")["results"]
    assert [(one["code"], one["kind"]) for one in results] == [
        ("electronic-residence-permit", "electronic")
    ]


@pytest.mark.requirement("R-178")
def test_the_ages_of_sixty_and_seventy_are_asked_by_class(world: World) -> None:
    def young(situation: str, age: int) -> set[str]:
        found = refused(world, "000-14", situations=[situation], facts={"age": age})
        return found & {"sixty", "seventy"}

    assert young("large-vehicle", 59) == {"sixty"}
    assert young("large-vehicle", 60) == set()
    assert young("motorcycle", 69) == {"seventy"}


@pytest.mark.requirement("R-185", "R-205", "R-209")
def test_a_transfer_has_its_three_papers_and_a_benefit_or_a_plan_its_slip(world: World) -> None:
    def papers(item_id: str) -> list[tuple[str, str]]:
        return [(one["name"], one["kind"]) for one in definition(world, item_id)["results"]]

    assert papers("004-042") == [
        ("参保缴费凭证", "voucher"),
        ("基本养老保险关系转移接续联系函", "letter"),
        ("基本养老保险关系转移接续信息表", "record"),
        ("养老保险关系接续记录", "record"),
    ]
    assert papers("004-024") == [("征集计划单", "voucher")]
    assert papers("004-035") == [("职工养老保险待遇停发记录", "record")]


@pytest.mark.requirement("R-192", "R-206", "R-212", "R-213")
@pytest.mark.parametrize(
    ("item_id", "codes"),
    [
        ("000-20", {"mobile", "email", "postcode", "address"}),
        ("004-070", {"hardship-advance"}),
        ("002-14", {"civil", "administrative", "arbitration", "reconsideration"}),
        ("002-13", {"abroad", "study", "military-service", "employment", "other-purpose"}),
    ],
)
def test_what_is_changed_and_to_what_purpose_is_chosen(
    world: World, item_id: str, codes: set[str]
) -> None:
    groups = definition(world, item_id)["situations"]
    assert {choice["code"] for group in groups for choice in group["choices"]} == codes


@pytest.mark.requirement("R-224")
def test_the_number_of_respondents_is_asked(world: World) -> None:
    assert "respondent" in refused(world, "004-129", facts={"respondents": 0})
    assert "respondent" not in refused(world, "004-129", facts={"respondents": 2})


@pytest.mark.requirement("R-234")
def test_where_an_item_may_be_applied_for_is_shown(world: World) -> None:
    found = {one.text.coverage for one in packaged_catalogue().items()}
    assert {"全疆", "全国", "发证机关所在地"} <= found
    assert definition(world, "000-01")["coverage"] == "新疆户籍居民"


@pytest.mark.requirement("R-052")
def test_somebody_without_a_picture_of_the_vehicle_is_sent_to_the_office(world: World) -> None:
    def advised(**body: Any) -> list[dict[str, Any]]:
        found = world.check({"situations": ["reissue", "no-vehicle-picture"], **body}, "000-21")
        return [one for one in found.json["advice"] if one["code"] == "at-office"]

    (told,) = advised()
    assert told["material"] == "vehicle-picture"
    for part in ("登记地的车辆管理所", "采集照片", "12123"):
        assert part in told["detail_zh"]
    for part in ("vehicle office where it is registered", "takes the picture", "12123"):
        assert part in told["detail"]
    assert advised(materials=[{"code": "vehicle-picture"}]) == []
    assert advised(situations=["reissue"]) == []
