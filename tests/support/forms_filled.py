"""The form of every item that is applied for, filled in by somebody who sees only its pages."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from services.portal.forms.drawing import pages_of
from services.portal.forms.filling import next_page
from services.portal.forms.parts import FormInput, FormPage, Typed
from services.portal.forms.repeating import with_another
from shared.catalogue import Item, packaged_catalogue
from tests.support.made_up import numbered

MOST_PAGES = 80
NAMES = ("阿依古丽·样例", "张𠮷", "李䶮", "测试样例有限公司")
NUMBERS = {
    "resident-id": numbered("650102", "19900101"),
    "hk-macao-taiwan-residence-permit": numbered("810000", "19900101"),
    "permanent-residence-card": "CAN110101010101",
    "passport": "C12345678",
    "none": "",
}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CREDIT_CODE = "91650100MA7700006Q"


def forms() -> Iterator[dict[str, Any]]:
    """The form of each item that is offered and that somebody applies for."""
    for one in packaged_catalogue().items():
        if one.text.offered and one.text.initiated_by == "applicant":
            yield form_of(one)


def form_of(one: Item) -> dict[str, Any]:
    """A form as `GET /v1/items/{item}/form` answers it."""
    return {"item": one.id, "schema": schema_of(one), "order": order_of(one)}


def filled_in(form: dict[str, Any], dice: random.Random) -> dict[str, tuple[str, ...]]:
    """What somebody types who answers page after page until there is none left."""
    typed: dict[str, tuple[str, ...]] = {}
    for _ in range(MOST_PAGES):
        page = next_page(form, typed)
        if page is None:
            return typed
        if page.repeats and page.key not in typed.get("seen", ()) and dice.random() < 0.5:
            typed = with_another({**typed, **typed_on(page, typed, dice)}, page.repeats)
            page = next(one for one in pages_of(form, typed) if one.key == page.key)
        typed |= typed_on(page, typed, dice)
        typed["seen"] = (*typed.get("seen", ()), page.key)
    raise AssertionError(f"{form['item']} has no last page")


def typed_on(page: FormPage, typed: Typed, dice: random.Random) -> dict[str, tuple[str, ...]]:
    """What somebody types on one page."""
    found: dict[str, tuple[str, ...]] = {}
    for one in page.inputs:
        found |= _typed_into(one, {**typed, **found}, dice)
    return found


def _typed_into(one: FormInput, typed: Typed, dice: random.Random) -> dict[str, tuple[str, ...]]:
    codes = [pick.code for pick in one.picks]
    if one.kind == "date":
        parts = {"year": "1998", "month": dice.choice(["5", "05"]), "day": "1"}
        return {f"{one.name}.{part}": (value,) for part, value in parts.items()}
    values: dict[str, Callable[[], tuple[str, ...]]] = {
        "one": lambda: (dice.choice(codes),),
        "any": lambda: tuple(dice.sample(codes, dice.randint(int(one.required), len(codes)))),
        "yes-no": lambda: (dice.choice(["yes", "no"]),),
        "number": lambda: (_within(one, dice),),
        "decimal": lambda: (_within(one, dice),),
        "upload": lambda: ("blob-1", "blob-2")[: dice.randint(0, 2)],
    }
    made = values.get(one.kind, lambda: (_text(one, typed, dice),))
    return {one.name: made()}


def _within(one: FormInput, dice: random.Random) -> str:
    """A number within the bounds of the question, as somebody may write it."""
    least, most = one.least or 0, 1000 if one.most is None else one.most
    number = dice.choice([least, most, min(max(12, least), most)])
    return dice.choice([str(number), f" {number} ", str(number).translate(FULL_WIDTH)])


def _text(one: FormInput, typed: Typed, dice: random.Random) -> str:
    at, _, part = one.name.rpartition(".")
    if one.kind == "phone" or one.words == "phone" or part.endswith(("phone", "mobile")):
        return "13900001111"
    if part == "plate":
        return "新A12345"
    if at == "facts" and part.endswith(("-email", "-postcode")):
        return "830000" if part.endswith("-postcode") else "a@example.com"
    if at == "facts" or at.startswith("facts."):
        return _answer(at, part, typed)
    if part == "id_number":
        kind = typed.get(f"{at}.id_kind", ("",))[-1]
        organisation = at == "applicant" and "applicant.id_kind" not in typed
        stale = typed.get("applicant.kind", ("person",))[-1] != "person" and at == "applicant"
        return CREDIT_CODE if organisation or stale else NUMBERS[kind]
    return {
        "phone": "13900001111",
        "email": dice.choice(["", "a@example.com"]),
        "delivery_address": "样例街1号",
    }.get(part, dice.choice(NAMES))


def _answer(at: str, part: str, typed: Typed) -> str:
    """A text of a question, or of a part of one: of a person, an organisation, an account."""
    kind = typed.get(f"{at}.id_kind", ("",))[-1]
    said = {
        "id_number": NUMBERS[kind] if kind else CREDIT_CODE,
        "phone": "13900001111",
        "number": "6222020000000000",
        "plate": "新A12345",
    }
    return said.get(part, "样例")
