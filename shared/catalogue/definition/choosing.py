"""The applicant's choices, and the rules of an item that hold for them: `when` in the files.

A rule without `when` always holds. In a `when`, every given key must hold. Each key lists
alternatives, and one of them is enough; `unless` lists choices of which none may be made. `answer`
lists them for each question that it names.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from shared.catalogue.definition.base import Code, Data, Text
from shared.catalogue.definition.words import ApplicantKind, Channel, Representative


class When(Data, frozen=True, kw_only=True):
    """When a material, a fee line, a limit, a check or a result of the item holds.

    `variant` and `situation` name codes of the item; `unless` codes of either. `applicant`: the
    kind of applicant. `answer`: the answers to earlier questions, by their codes (yes or no, or
    codes of choices). Both are for questions, materials and checks alone.
    """

    variant: tuple[Code, ...] = ()
    situation: tuple[Code, ...] = ()
    representative: tuple[Representative, ...] = ()
    channel: tuple[Channel, ...] = ()
    unless: tuple[Code, ...] = ()
    applicant: tuple[ApplicantKind, ...] = ()
    answer: dict[Code, tuple[bool | Code, ...]] = msgspec.field(default_factory=dict)


class Choices(Data, frozen=True, kw_only=True):
    """The choices of one application. Conditional rules do not hold for an empty choice.

    `variant` is "" where the item has no variants or none is chosen yet; `representative` is "" for
    an applicant in person. `applicant` is "" where nobody applies. `answers`: to the questions on
    which something may depend, by code; they are known while the application is looked at, and
    sealed afterwards. `called_for`: the materials that answers called for, as the case recorded it.
    """

    variant: str = ""
    situations: frozenset[str] = frozenset()
    representative: str = ""
    channel: str = ""
    applicant: str = ""
    answers: frozenset[tuple[str, bool | str]] = frozenset()
    called_for: frozenset[str] = frozenset()


class Conditional(Data, frozen=True, kw_only=True):
    """A rule that may hold only for some applications. `condition`: the source's own words."""

    when: When | None = None
    condition: Text | None = None


C = TypeVar("C", bound=Conditional)


def holds(when: When | None, choices: Choices) -> bool:
    """Whether a rule with this `when` holds for an application with these choices."""
    if when is None:
        return True
    chosen = choices.situations | {choices.variant}
    return (
        (not when.variant or choices.variant in when.variant)
        and (not when.situation or not choices.situations.isdisjoint(when.situation))
        and (not when.representative or choices.representative in when.representative)
        and (not when.channel or choices.channel in when.channel)
        and chosen.isdisjoint(when.unless)
        and (not when.applicant or choices.applicant in when.applicant)
        and all(
            any((code, one) in choices.answers for one in wanted)
            for code, wanted in when.answer.items()
        )
    )


def holding(rules: Iterable[C], choices: Choices) -> tuple[C, ...]:
    """The rules that hold for these choices, in their order."""
    return tuple(rule for rule in rules if holds(rule.when, choices))
