"""What an applicant chooses, and which rules of an item then hold: `when` in the files.

A rule without `when` always holds. Of a `when`, every key that is given must hold; each key lists
alternatives, of which one is enough; `unless` lists choices of which none may be made.
"""

from collections.abc import Iterable
from typing import TypeVar

from shared.catalogue.definition.base import Code, Data, Text
from shared.catalogue.definition.words import Channel, Representative


class When(Data, frozen=True, kw_only=True):
    """When a material, a fee line, a limit, a check or a result of the item holds.

    `variant` and `situation` name codes of the item; `unless` codes of either.
    """

    variant: tuple[Code, ...] = ()
    situation: tuple[Code, ...] = ()
    representative: tuple[Representative, ...] = ()
    channel: tuple[Channel, ...] = ()
    unless: tuple[Code, ...] = ()


class Choices(Data, frozen=True, kw_only=True):
    """What one application chose. Nothing chosen is an answer too: conditional rules do not hold.

    `variant` "" where the item has none or none is chosen yet; `representative` "" for the
    applicant in person.
    """

    variant: str = ""
    situations: frozenset[str] = frozenset()
    representative: str = ""
    channel: str = ""


class Conditional(Data, frozen=True, kw_only=True):
    """A rule that may hold for some applications only. `condition`: the source's own words."""

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
    )


def holding(rules: Iterable[C], choices: Choices) -> tuple[C, ...]:
    """The rules among `rules` that hold, in their order."""
    return tuple(rule for rule in rules if holds(rule.when, choices))
