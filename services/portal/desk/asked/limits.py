"""The limits of a case at the desk: lengthened, begun anew, and why one was missed."""

from collections.abc import Mapping
from typing import Any

from services.portal.desk.asked.inputs import desk_input, desk_words, picks_in_words
from services.portal.forms.parts import NOTHING, Bilingual, FormInput, Pick

LENGTHENED = ("complex", "evidence", "third-party", "force-majeure", "other")
LATE = ("workload", "evidence", "third-party", "system", "force-majeure")


def extension_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Which limit, who approved it, why; and words to the applicant."""
    return (
        _limit(_told(case)),
        desk_input("approved_by", "text"),
        _why("why-lengthened", picks_in_words("why", *LENGTHENED)),
        desk_words("explanation"),
    )


def restart_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Which limit a law begins anew, and which law."""
    return (_limit(_told(case)), desk_input("rule", "text"))


def delay_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """Which limit was missed, why, and words to the applicant."""
    other = Pick("other", NOTHING, words="why-late-other")  # no legitimate reason is needed
    picks = (*picks_in_words("why", *LATE), other)
    return (_limit(unexplained(case)), _why("why-late", picks), desk_words("explanation"))


def unexplained(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The limits that were missed and have no reason yet; internal ones are told to nobody."""
    without = {*case.get("missed", ())} - {*case.get("delays", {})}
    return [one for one in _told(case) if one["limit"] in without]


def _told(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in case.get("due", ()) if one["due"] and one.get("rank") != "internal"]


def _limit(limits: list[Mapping[str, Any]]) -> FormInput:
    picks = tuple(Pick(one["limit"], Bilingual(one["zh"], one["en"])) for one in limits)
    return desk_input("limit", "one", picks=picks)


def _why(words: str, picks: tuple[Pick, ...]) -> FormInput:
    return desk_input("reason", "one", picks=picks, words=words)
