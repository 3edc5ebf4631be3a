"""What follows from events in review, as a table; the names are on disk in command ids."""

from services.review.commands import OpenReview
from shared.case.intake.acceptance import CaseAccepted
from shared.casework.reaction import Reaction

REACTIONS: tuple[Reaction, ...] = (
    Reaction(
        name="review.open",
        types=frozenset({CaseAccepted.TYPE}),
        command=lambda _: OpenReview(),
    ),
)
