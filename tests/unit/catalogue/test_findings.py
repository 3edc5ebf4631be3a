"""What the check warns of, and what a change of an item means for applicants."""

import re

import msgspec
import pytest

from shared.catalogue import ItemText
from shared.catalogue.editions.changes import between
from shared.catalogue.files.findings import CODES, RULES, findings
from shared.catalogue.files.reading import read_defaults, read_item
from tests.unit.catalogue.test_files import GOOD, NAME_OF_FILE, PACKAGED

DEFAULTS = read_defaults((PACKAGED / "defaults.yaml").read_bytes())
STATUTE = """\
  - name: statutory
    raw: 法定
    kind: period
    n: {n}
    unit: {unit}
    rank: law
    start_event: accepted
    end_event: decided
results:"""


def item(*replaced: tuple[str, str], text: str = GOOD) -> ItemText:
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new, 1)
    return read_item(NAME_OF_FILE, text.encode(), DEFAULTS).text


def codes(*items: ItemText) -> list[tuple[str, str]]:
    return [(one.item, one.code) for one in findings(items)]


def statute(n: int, unit: str) -> tuple[str, str]:
    return "results:", STATUTE.format(n=n, unit=unit)


def test_every_rule_has_a_code_that_is_explained() -> None:
    assert {code for code, _ in RULES} == set(CODES)


@pytest.mark.requirement("R-004")
@pytest.mark.parametrize(
    ("n", "unit", "warned"),
    [
        (4, "working_days", True),
        (5, "working_days", False),
        (6, "calendar_days", True),  # five working days are a week
        (7, "calendar_days", False),
        (1, "months", False),
    ],
)
def test_a_promise_is_compared_with_the_statute_in_one_unit(
    n: int, unit: str, *, warned: bool
) -> None:
    found = codes(item(statute(n, unit)))
    assert found == ([("004-900", "promise-exceeds-statute")] if warned else [])


def test_a_promise_that_holds_for_some_is_not_compared() -> None:
    only_some = ("rank: promise", "rank: promise\n    when: { situation: [work] }")
    assert codes(item(only_some, statute(4, "working_days"))) == []


def test_a_statute_that_the_item_does_not_print_is_not_compared() -> None:
    derived = STATUTE.format(n=1, unit="working_days").replace(
        "rank: law", "rank: law\n    derived_from: 某法第一条"
    )
    assert codes(item(("results:", derived))) == []


@pytest.mark.parametrize(
    ("raw", "warned"),
    [
        ("20日内", True),
        ("二十日", True),
        ("10 天", True),
        ("10个工作日", False),
        ("5个月", False),
        ("即日", False),
    ],
)
def test_a_licence_printed_in_days_is_warned_of(raw: str, *, warned: bool) -> None:
    licence = ("template: T03", "template: T03\nitem_type: 行政许可")
    found = codes(item(licence, ("raw: 5个工作日", f"raw: {raw}")))
    assert found == ([("004-900", "licence-limit-in-calendar-days")] if warned else [])
    assert codes(item(("raw: 5个工作日", f"raw: {raw}"))) == []


def test_one_service_with_two_promises_is_a_contradiction() -> None:
    mine = item(("template: T03", 'template: T03\nsame_service_as: ["004-901"]'))
    same = msgspec.structs.replace(item(), id="004-901")
    slower = msgspec.structs.replace(item(("n: 5", "n: 9")), id="004-901")
    assert codes(mine, same) == []
    (found,) = findings([mine, slower])
    assert (
        found.message == "004-900 promises 5 working days; 004-901 (事项) promises 9 working days."
    )


def test_an_oddity_that_names_a_contradiction_is_a_warning_and_can_be_acknowledged() -> None:
    more = (
        "oddities: [{ code: contradicts-other-item, text: 另一处不同 }]\n"
        "findings_ack: { contradicts-other-item: 来源如此 }\n"
    )
    (found,) = findings([item(text=GOOD + more)])
    assert (found.message, found.acknowledged) == ("另一处不同", "来源如此")


FEE = GOOD[GOOD.index("fee:") : GOOD.index("limits:")]
LIMITS = GOOD[GOOD.index("limits:") : GOOD.index("results:")]


@pytest.mark.parametrize(
    ("fee", "code"),
    [
        ("fee: { state: unknown, basis: 文件 }\n", "fee-without-amount"),
        ("fee: { state: unknown, raw: 按规定收取 }\n", "fee-without-basis"),
    ],
)
def test_half_a_fee_is_told(fee: str, code: str) -> None:
    found = item((FEE, fee))
    assert codes(found) == [("004-900", code)]
    assert found.fee.amount_fen is None
    assert not found.fee.chargeable


def test_a_limit_that_is_only_the_applicants_window_is_told() -> None:
    window = "windows: [{ kind: monthly, days: { first: 1, last: 30 }, raw: 每月1日—30日 }]\n"
    assert codes(item((LIMITS, window))) == [
        ("004-900", "only-applicant-window"),
        ("004-900", "window-closed-on-31st"),
    ]
    assert codes(item(("results:", f"{window}results:"))) == [("004-900", "window-closed-on-31st")]


# --- defaults


def test_a_licence_is_deemed_accepted_and_others_are_not() -> None:
    licence = item(("template: T03", "template: T03\nitem_type: 行政许可"))
    by_name = {limit.name: limit for limit in licence.limits}
    assert (by_name["acceptance"].n, by_name["acceptance"].deemed) == (5, "accepted")
    assert licence.defaulted["limits.acceptance"] == "acceptance-limit-licence"
    other = {limit.name: limit for limit in item().limits}
    assert (other["acceptance"].n, other["acceptance"].deemed) == (5, None)


def test_a_printed_acceptance_does_not_take_the_laws_from_a_licence() -> None:
    printed = LIMITS.replace("promised", "acceptance").replace("decided", "accepted")
    printed = printed.replace("start_event: accepted", "start_event: received")
    licence = ("template: T03", "template: T03\nitem_type: 行政许可")
    names = [limit.name for limit in item((LIMITS, printed), licence).limits]
    assert names == ["acceptance", "acceptance-by-law", "watch"]
    assert [limit.name for limit in item((LIMITS, printed)).limits] == ["acceptance", "watch"]


@pytest.mark.parametrize(
    ("kind", "n", "unit"), [("行政许可", 20, "working_days"), ("公共服务", 2, "months")]
)
def test_without_a_limit_the_case_is_watched_and_nobody_is_promised_anything(
    kind: str, n: int, unit: str
) -> None:
    found = item((LIMITS, ""), ("template: T03", f"template: T03\nitem_type: {kind}"))
    watch = next(limit for limit in found.limits if limit.name == "watch")
    assert (watch.n, watch.unit, watch.rank) == (n, unit, "internal")


def test_a_case_for_which_no_limit_holds_is_watched_too() -> None:
    only_some = ("rank: promise", "rank: promise\n    when: { situation: [work] }")
    assert [limit.name for limit in item(only_some).limits] == ["promised", "acceptance", "watch"]
    assert [limit.name for limit in item().limits] == ["promised", "acceptance"]


def test_what_the_file_says_is_never_a_default() -> None:
    said = 'appeal: { body: 甲, days: 15, basis: ["某法"] }\nacceptance: { decided_by: system }\n'
    found = item(text=GOOD + said)
    assert (found.appeal.days, found.acceptance.decided_by) == (15, "system")
    assert not {"appeal", "acceptance", "channels", "results"} & set(found.defaulted)
    assert {"delivery", "review", "supplement"} <= set(found.defaulted)


@pytest.mark.requirement("R-069")
def test_silence_none_and_a_list_are_three_things() -> None:
    silent = item(("channels: [counter]\n", ""), (GOOD[GOOD.index("results:") :], ""))
    assert silent.channels == ("counter", "online")
    assert silent.defaulted["channels"] == "channels"
    assert silent.results[0].code == "completion-notice"
    none = item(("results: [{ code: paper, name: 证 }]", "results: none"))
    assert none.results == ()
    assert "results" not in none.defaulted
    assert silent.conditions == "unknown"


# --- what changes

FIVE = "5 working days, without inspection"
LETTER = "  - { code: letter, name: 委托书,"
AGENT = " when: { representative: [agent] }"
CHANGES: list[tuple[tuple[str, str], list[str]]] = [
    (
        ("amount_fen: 4000", "amount_fen: 3050"),
        ["工本费 costs less: 30.50 yuan instead of 40.00 yuan."],
    ),
    (
        ("n: 5", "n: 1"),
        [f"The limit promised is shorter: 1 working day, without inspection instead of {FIVE}."],
    ),
    (
        ("exclusions: [inspection]", "note: 注"),
        [f"The limit promised changes: 5 working days instead of {FIVE}."],
    ),
    (
        (
            "offered: true",
            "offered: false\nnot_offered_because: 不办\nnot_offered_because_zh: 不办",
        ),
        ["It can no longer be applied for: 不办"],
    ),
    ((LETTER, f"  - {{ code: form, name: 表 }}\n{LETTER}"), ["表 is asked for."]),
    ((f"{LETTER}{AGENT}", LETTER[:-1]), ["委托书 is asked for from everybody."]),
    (
        (LETTER, f"{LETTER} required: false, form: copy,"),
        [
            "委托书 need not be handed in.",
            "委托书 is asked for as copy, 1x instead of any form, 1x.",
        ],
    ),
    (
        ("channels: [counter]", "channels: [online]"),
        ["New ways to apply: online.", "No longer ways to apply: counter."],
    ),
    (("least: 60", "least: 70"), ["Changed conditions: 不低于60平方米 (least 60 → 70)."]),
    (("name: 事项", "name: 别的"), ["It is called 别的; it was called 事项."]),
    (("edition: 1", "edition: 2"), ["Nothing changes for applicants (only its layout)."]),
    (("lines: [1, 2]", "lines: [1, 3]"), ["Nothing changes for applicants (only source)."]),
    (("calendar: xinjiang", "calendar: chongqing"), ["Calendar changes: xinjiang → chongqing."]),
]


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[new for (_, new), _ in CHANGES])
def test_a_change_is_told_in_words(change: tuple[str, str], told: list[str]) -> None:
    found = between(item(), item(change))
    assert [one.sentence for one in found] == told
    for one in found:
        assert re.search("[一-龥]", one.sentence_zh.replace(one.name, "")), one.sentence


def test_a_supplement_and_an_appeal_are_told() -> None:
    said = (
        'appeal: { body: 甲, days: 15, basis: ["某法"] }\n'
        "supplement: { n: 5, kind: calendar_days, basis: 某法 }\n"
    )
    found = between(item(), item(text=GOOD + said))
    assert [one.sentence_zh for one in found] == [
        "申请未获批准的，可在15日内向甲申请复议。",
        "补正期限为5日。",
    ]
    assert [one.sentence for one in found] == [
        "A refusal can be appealed within 15 days at: 甲.",
        "What is missing must be handed in within 5 calendar days.",
    ]


# --- the second person


PERMIT = "results: [{ code: permit, name: 证, kind: document }]\n"
PAID = "results: [{ code: benefit, name: 待遇, kind: payment }]\n"
TOLD = "results: [{ code: letter, name: 函, kind: letter }]\n"


@pytest.mark.parametrize(
    ("more", "second", "defaulted"),
    [
        (PERMIT, True, True),
        (PAID, True, True),
        (TOLD, False, False),
        ("", False, False),
        (PERMIT + "one_person_because: 当场制证，由一人办理。\n", False, False),
        (PERMIT + "review: { second_person: true, criteria: [] }\n", True, False),
        (TOLD + "review: { second_person: true, criteria: [] }\n", True, False),
    ],
)
def test_a_second_person_decides_where_a_paper_gets_a_number_or_money_moves(
    more: str,
    second: bool,  # noqa: FBT001 (a parameter)
    defaulted: bool,  # noqa: FBT001 (a parameter)
) -> None:
    text = GOOD.replace("results: [{ code: paper, name: 证 }]\n", "") + more
    found = read_item("items/004/004-900.yaml", text.encode(), DEFAULTS).text
    assert found.review.second_person is second
    assert ("review.second_person" in found.defaulted) is defaulted
