"""The pages of an item's form, for what was typed so far: one thing a page, in the form's order.

An answer may open or close later pages, so they are drawn anew after each.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from services.portal.forms.choosing import (
    ChoicesMade,
    FormEntry,
    applicant_kinds,
    applies,
    channel_of,
    chosen_of,
    entries,
    kind_comes_first,
    ways_to_act,
)
from services.portal.forms.parties import acting_pages, applicant_pages, kind_page
from services.portal.forms.parts import (
    NO_OFFICE,
    Bilingual,
    Form,
    FormInput,
    FormPage,
    Pick,
    Typed,
)
from services.portal.forms.questions import question_pages
from services.portal.forms.titles import hint_of, pick_of, title_of


def pages_of(form: Form, typed: Typed, channel: str = "") -> list[FormPage]:
    """The pages that this application has, in their order; `channel`: empty for the portal's."""
    chosen = chosen_of(form, typed, channel or channel_of(form))
    kinds = applicant_kinds(form)
    return [
        *(kind_page(form, kinds) if kind_comes_first(form) else ()),
        *_variant(form),
        *_situations(form, chosen),
        *question_pages(form, chosen, typed),
        *applicant_pages(form, chosen, kinds),
        *acting_pages(form, chosen, ways_to_act(form, chosen.applicant), typed),
        *_materials(form, chosen),
        *_office(form),
        *_fee(form, typed, chosen),
        *_delivery(form, typed, chosen),
    ]


def _variant(form: Form) -> Iterator[FormPage]:
    for entry in entries(form, "variant"):
        one = FormInput(
            name="variant",
            kind="one",
            pointer="/variant",
            title=title_of(entry),
            hint=hint_of(entry),
            required=True,
            picks=tuple(map(pick_of, entry["choices"])),
        )
        yield FormPage(key="variant", inputs=(one,))


def _situations(form: Form, chosen: ChoicesMade) -> Iterator[FormPage]:
    for entry in entries(form, "situations"):
        if not applies(entry, chosen):
            continue
        one = FormInput(
            name=f"situations.{entry['group']}",
            kind="one" if entry["choose"] == "one" else "any",
            pointer="/situations",
            title=title_of(entry),
            hint=hint_of(entry),
            required=entry.get("required", False),
            picks=tuple(map(pick_of, entry["choices"])),
        )
        yield FormPage(key=f"situations-{entry['group']}", inputs=(one,))


def _materials(form: Form, chosen: ChoicesMade) -> Iterator[FormPage]:
    """Each paper has a page; papers of which one is enough share one."""
    asked = [entry for entry in entries(form, "materials") if applies(entry, chosen)]
    for key, together in groupby(_by_group(asked), key=_group_of):
        inputs = tuple(map(_upload, together))
        yield FormPage(
            key=f"materials-{key}",
            inputs=inputs,
            words="materials-one-of" if len(inputs) > 1 else "material",
            alternatives=len(inputs) > 1,
        )


def _group_of(entry: FormEntry) -> str:
    group: str = entry.get("one_of") or entry["code"]
    return group


def _by_group(asked: Iterable[FormEntry]) -> Iterator[FormEntry]:
    """The same papers, those of one group after one another where the first of them stands."""
    groups: dict[str, list[FormEntry]] = {}
    for entry in asked:
        groups.setdefault(_group_of(entry), []).append(entry)
    for together in groups.values():
        yield from together


def _upload(entry: FormEntry) -> FormInput:
    return FormInput(
        name=f"materials.{entry['code']}",
        kind="upload",
        pointer="/materials",
        title=title_of(entry),
        hint=hint_of(entry),
        required=entry.get("required", False) and not entry.get("shareable", False),
        code=entry["code"],
        known=entry,
    )


def _office(form: Form) -> Iterator[FormPage]:
    for entry in entries(form, "office"):
        charge = entry.get("responsible") or {"name": "受理机关", "name_en": "the authority"}
        nowhere = Pick(
            NO_OFFICE,
            Bilingual(f"不选择，由{charge['name']}安排", f"None: leave it to {charge['name_en']}"),
        )
        offices = (
            Pick(
                one["code"],
                Bilingual(one["title"], one.get("title_en", "")),
                Bilingual(one.get("address", "")),
                group=one.get("region", ""),
            )
            for one in entry["choices"]
        )
        field = FormInput(
            name="office",
            kind="one",
            pointer="/office",
            title=title_of(entry),
            required=True,
            picks=(nowhere, *offices),
            preset=True,
        )
        yield FormPage(key="office", inputs=(field,))


def _fee(form: Form, typed: Typed, chosen: ChoicesMade) -> Iterator[FormPage]:
    """Which line of a fee, and how many of it."""
    lines = [entry for entry in entries(form, "fee") if applies(entry, chosen)]
    groups: dict[str, list[FormEntry]] = {}
    for line in lines:
        groups.setdefault(line["group"], []).append(line)
    for group, together in groups.items():
        name = f"options.{group}"
        one = FormInput(
            name=name,
            kind="one",
            pointer="/options",
            title=Bilingual(*(together[0].get(f"group_title{end}", "") for end in ("", "_en"))),
            words="fee-option",
            required=True,
            picks=tuple(map(_line, together)),
        )
        picked = typed.get(name, ())
        counts = (_count(line) for line in together if line["code"] in picked and "per" in line)
        yield FormPage(key=f"fee-{group}", inputs=(one,), words="fee-option")
        if inputs := tuple(counts):
            yield FormPage(key=f"count-{group}", inputs=inputs)


def _line(entry: FormEntry) -> Pick:
    per = f"/{entry['per']}" if "per" in entry else ""
    price = f"{entry['amount']} 元{per}" if "amount" in entry else ""
    english = f"{entry['amount']} yuan each" if "amount" in entry else ""
    return Pick(entry["code"], title_of(entry), Bilingual(price, english))


def _count(entry: FormEntry) -> FormInput:
    return FormInput(
        name=f"counts.{entry['code']}",
        kind="number",
        pointer=f"/counts/{entry['code']}",
        title=title_of(entry),
        words="count",
        unit=entry["per"],
        least=1,
        most=entry.get("most"),
        required=True,
        code=entry["code"],
    )


def _delivery(form: Form, typed: Typed, chosen: ChoicesMade) -> Iterator[FormPage]:
    """How the result comes to the applicant; the address where the way needs one."""
    picks = delivery_picks(form, chosen)
    if len(picks) > 1:
        one = FormInput(
            name="delivery",
            kind="one",
            pointer="/delivery",
            words="delivery",
            required=True,
            picks=picks,
        )
        yield FormPage(key="delivery", inputs=(one,), words="delivery")
    for entry in entries(form, "applicant"):
        if entry["pointer"] == "/delivery_address":
            way = delivery_of(form, typed, chosen)
            if way in entry.get("needed_for", ()):
                hints = {pick.code: pick.hint for pick in picks}
                address = FormInput(
                    name="delivery_address",
                    kind="long",
                    pointer="/delivery_address",
                    title=title_of(entry),
                    hint=hints[way],
                    required=True,
                    words="address",
                )
                yield FormPage(key="address", inputs=(address,))


def delivery_picks(form: Form, chosen: ChoicesMade) -> tuple[Pick, ...]:
    """The ways in which the result can come, each once."""
    offered = form["schema"]["properties"]["delivery"]["enum"]
    ways: dict[str, Pick] = {}
    for entry in entries(form, "delivery"):
        code = entry.get("code", entry["title"])
        if code in offered and applies(entry, chosen):
            title = title_of(entry) if "code" in entry else Bilingual("")
            ways.setdefault(code, Pick(code, title, hint_of(entry)))
    return tuple(ways.values())


def delivery_of(form: Form, typed: Typed, chosen: ChoicesMade) -> str:
    """The way that was chosen, or the only one that there is; empty where none is chosen yet."""
    ways = [pick.code for pick in delivery_picks(form, chosen)]
    if len(ways) == 1:
        return ways[0]
    said = typed.get("delivery", ("",))[-1]
    return said if said in ways else ""
