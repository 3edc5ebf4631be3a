"""What asking by case number works with, in one place for the room."""

from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.intake.reading.numbered import NumberedCases
from services.intake.reading.tries import NumberTries


@dataclass(frozen=True, kw_only=True)
class AskingByNumber:
    """Which case has a number, and how often it was guessed at."""

    cases: NumberedCases
    tries: NumberTries

    @classmethod
    def over(cls, work: Database[dict[str, Any]]) -> "AskingByNumber":
        """Both over the work database."""
        return cls(cases=NumberedCases(work), tries=NumberTries(work))
