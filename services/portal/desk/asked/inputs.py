"""Inputs of the desk: each is named by the portal's own words, and its value goes by its name."""

from collections.abc import Mapping
from typing import Any

from services.portal.forms.parts import NOTHING, Bilingual, FormInput, InputKind, Pick, Typed
from services.portal.forms.values import value_typed, was_typed

Body = dict[str, Any]


def values_of(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """The values of the inputs that were filled in, by the last step of each pointer."""
    return {
        one.pointer.rsplit("/", 1)[-1]: value_typed(one, typed)
        for one in inputs
        if was_typed(one, typed)
    }


def desk_input(
    name: str, kind: InputKind, *, required: bool = True, words: str = "", **more: Any
) -> FormInput:
    """An input; `words`: its texts where they are not those of its name."""
    return FormInput(
        name=name,
        kind=kind,
        pointer=f"/{name}",
        words=f"desk-{words or name}",
        required=required,
        **more,
    )


def picks_in_words(name: str, *codes: str) -> tuple[Pick, ...]:
    """Choices that the portal has words for: `pick-<input>-<code>`."""
    return tuple(Pick(code, NOTHING, words=f"{name}-{code}") for code in codes)


def desk_choice(
    name: str, *codes: str, required: bool = True, words: str = "", hint: Bilingual = NOTHING
) -> FormInput:
    """A choice of one of these codes."""
    picks = picks_in_words(words or name, *codes)
    return desk_input(name, "one", required=required, picks=picks, words=words, hint=hint)


def desk_words(name: str = "note") -> FormInput:
    """Words of the officer, which may be left out."""
    return desk_input(name, "long", required=False)


def step_owed(case: Mapping[str, Any]) -> FormInput:
    """The step of the review that is owed now: review itself takes no other."""
    steps = (one["step"] for one in case.get("owed", ()) if one["service"] == "review")
    now = {step.removeprefix("step:") for step in steps if step.startswith("step:")}
    stages = (one for one in case["stages"] if one["code"] in now)
    picks = tuple(Pick(one["code"], Bilingual(one["zh"], one["en"])) for one in stages)
    return desk_input("step", "one", picks=picks)
