"""`caseledger fee`: what an application for an item costs, and on what basis."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.output import BAD_USE, FINE, Json, answer, reporting, say, warn
from deploy.cli.rules.clock import ItemId, find
from shared.catalogue.definition.fees import yuan

if TYPE_CHECKING:
    from shared.catalogue import Item
    from shared.catalogue.rules.charges import Charge


def fee(
    item_id: ItemId,
    *,
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="What the amount depends on: a fee line (plates, plates=2), a variant, a "
            "situation, a channel."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """What an item costs; 2 and the options to choose from, when the amount depends on them."""
    with reporting(as_json=as_json):
        from shared.catalogue.rules.charges import charge, read_options

        _, item, _ = find(item_id)
        given = read_options(item.text, option or ())
        found = charge(item.text, given.choices, options=given.lines, counts=given.counts)
        document = _document(item, found)
        if found.needs:
            groups = "; ".join(
                f"{need.code}: {', '.join(choice.code for choice in need.options)}"
                for need in found.needs
            )
            document |= {"ok": False, "error": f"Say with --option which ({groups})."}
            warn(document["error"])
        code = BAD_USE if found.needs else FINE
        answer(document, as_json=as_json, show=_show, exit_code=code)


def _document(item: "Item", found: "Charge") -> dict[str, Any]:
    rule = item.text.fee
    return {
        "item": item.id,
        "name": item.text.name,
        "name_en": item.text.name_en,
        "amount_yuan": _yuan(found.amount_fen),
        "chargeable": found.chargeable,
        "basis": found.basis or None,
        "lines": [
            {
                "code": one.line.code,
                "name": one.line.name,
                "name_en": one.line.name_en,
                "per": one.line.per,
                "count": one.count,
                "unit_yuan": _yuan(one.line.amount_fen),
                "amount_yuan": _yuan(one.amount_fen),
                "raw": one.line.raw,
            }
            for one in found.lines
        ],
        "reason": _reason(item, found),
        "raw": rule.raw,
        "methods": list(rule.methods),
        "pay_within_days": rule.pay_within_days if found.chargeable else None,
        "refund_on": list(rule.refund_on) if found.chargeable else [],
        "options": [
            {
                "code": need.code,
                "name": need.name,
                "options": [
                    {"code": one.code, "name": one.name, "name_en": one.name_en}
                    for one in need.options
                ],
            }
            for need in found.needs
        ],
    }


def _reason(item: "Item", found: "Charge") -> str:
    rule = item.text.fee
    if rule.state == "unknown":
        return "The source is silent about the amount: nothing may be charged."
    if rule.state == "none":
        return "The source says that nothing is charged."
    if not rule.charged:
        return "The source prints an amount that was never charged: nothing is charged."
    return "The amount depends on options that were not given." if found.needs else ""


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)


def _show(found: Mapping[str, Any]) -> None:
    say(f"{found['item']}  {found['name']}  {found['name_en']}".rstrip())
    if found["amount_yuan"] is not None:
        say(f"费用 Fee: {found['amount_yuan']} 元 yuan")
    for line in found["lines"]:
        per = f"/{line['per']}" if line["per"] else ""
        say(f"  {line['name']}: {line['unit_yuan']}{per} × {line['count']} = {line['amount_yuan']}")
    if found["basis"]:
        say(f"依据 Basis: {found['basis']}")
    if found["reason"]:
        say(found["reason"])
    for need in found["options"]:
        say(f"{need['name']} ({need['code']}):")
        for one in need["options"]:
            say(f"  --option {one['code']}  {one['name']}  {one['name_en']}".rstrip())
