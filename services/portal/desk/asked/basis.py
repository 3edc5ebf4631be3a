"""The legal basis that a refusal cites: the item's own, or the officer's where none is printed."""

from collections.abc import Mapping
from typing import Any

from services.portal.forms.parts import Bilingual, FormInput, Typed, one_typed

NAME = "legal_basis"
_OWN = Bilingual(
    "一行写一条。不填写的，引用办事指南公布的依据。",
    "One in a line. Left empty, what the guide of the item prints is cited.",
)
_NONE = Bilingual(
    "一行写一条。本事项的办事指南没有公布依据，不予办理的，必须在这里写明。",
    "One in a line. The guide of this item prints none: a refusal has to name it here.",
)


def basis_asked(case: Mapping[str, Any], *, needed: bool) -> FormInput:
    """Where the officer writes it; `needed`: what is done is a refusal and nothing else."""
    bases = case["item_text"].get("legal_bases")
    printed = isinstance(bases, list) and bool(bases)
    return FormInput(
        name=NAME,
        kind="long",
        pointer=f"/{NAME}",
        words=f"desk-{NAME}",
        hint=_OWN if printed else _NONE,
        required=needed and not printed,
    )


def basis_said(typed: Typed) -> dict[str, list[str]]:
    """What was written, line by line; nothing where nothing was."""
    lines = [line.strip() for line in one_typed(typed, NAME).splitlines()]
    found = [line for line in lines if line]
    return {NAME: found} if found else {}
