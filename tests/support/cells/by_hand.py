"""Who must read what and when, written by hand: the code's own table is held against it.

A letter for each stage in its order: draft, submitted, accepted, in review, decided, owed, handed
over, closed, kept.
"""

from collections.abc import Mapping

from shared.case.reading.stage import ReadingStage
from shared.security.data_classes import ANSWER_CLASSES, DataClass
from shared.security.duties import Duty

OWN, NOBODY = "ooooooooo", "........."
DESK = "...aaaaar"  # a: the assigned officer; r: the same with a reason
WATCH = "...ssssss"  # s: somebody of the office, with a reason
SECOND = "...z....."  # z: anybody with the duty, once somebody else proposed
OWED = ".....p..."  # p: anybody of the office with the duty
OWED_STEPS = ".....t..."  # t: the same, and of the answers those for the duty's own steps alone
APPLICANTS = set(DataClass) - {DataClass.NOTE}
DESKS = set(DataClass) - {DataClass.ADDRESS, DataClass.TRACKING}
MUST: Mapping[Duty, Mapping[DataClass, str]] = {
    Duty.APPLY: dict.fromkeys(APPLICANTS, OWN),
    Duty.TAKE_IN: {
        **dict.fromkeys(ANSWER_CLASSES, ".t......."),
        DataClass.DOCUMENT: ".p.......",
        DataClass.PAPER: ".pp......",
    },
    Duty.REVIEW: dict.fromkeys(DESKS, DESK),
    Duty.APPROVE: dict.fromkeys(DESKS, SECOND),
    Duty.INSPECT: {},
    Duty.PANEL: {},
    Duty.HEAD: {},
    Duty.PRODUCE: {
        **dict.fromkeys(ANSWER_CLASSES, OWED_STEPS),
        **dict.fromkeys((DataClass.IDENTITY, DataClass.ADDRESS, DataClass.PAPER), OWED),
    },
    Duty.HAND_OVER: {
        **dict.fromkeys(ANSWER_CLASSES, OWED_STEPS),
        **dict.fromkeys((DataClass.IDENTITY, DataClass.PAPER), OWED),
    },
    Duty.AUDIT: {},
    Duty.SUPERVISE: dict.fromkeys(DESKS, WATCH),
}
# The stages of a procedure whose answers a duty reads where it reads in part.
OWN_STEPS: Mapping[Duty, frozenset[str]] = {
    Duty.TAKE_IN: frozenset({"acceptance"}),
    Duty.PRODUCE: frozenset(
        {"temporary-document", "surrender-old", "production", "record", "payout", "handover"}
    ),
    Duty.HAND_OVER: frozenset({"handover"}),
}


def letter_of(duty: Duty, one: DataClass, stage: ReadingStage) -> str:
    """The letter of a cell."""
    return MUST[duty].get(one, NOBODY)[list(ReadingStage).index(stage)]


def opens(letter: str, *, own: bool, assigned: bool, reason: bool, proposed: bool) -> bool:
    """Whether a reader of that kind reads in a cell with that letter."""
    return {
        ".": False,
        "o": own,
        "p": not own,
        "t": not own,
        "a": assigned and not own,
        "r": assigned and reason and not own,
        "s": reason and not own,
        "z": proposed and not own,
    }[letter]
