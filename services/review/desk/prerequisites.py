"""The application as the desk reads it: beside it, what we know of documents that it rests on."""

from services.review.room import Review
from shared.case import Case
from shared.casework.reading.application import ApplicationSchema, Body
from shared.casework.reading.caller import Entitled
from shared.casework.reading.prerequisites import (
    MOST_PREREQUISITES,
    Prerequisites,
    PrerequisiteSchema,
)
from shared.casework.reading.routes import Beside
from shared.clock import local_day
from shared.http import Items, Nested
from shared.security.data_classes import DataClass


class DeskApplicationSchema(ApplicationSchema):
    """An application as the desk reads it.

    `prerequisites`: the documents of other items of ours that it rests on, with what our register
    knows of each; nobody reads that of their own application.
    """

    prerequisites = Items(Nested(PrerequisiteSchema), most=MOST_PREREQUISITES)


def beside_it(review: Review) -> Beside:
    """Look up what an application rests on, for whoever reads it and is not its applicant."""

    def looked_up(case: Case, read: Body, may: Entitled) -> Body:
        if may.reader.own:
            return {"prerequisites": []}
        register = Prerequisites(review.holdings, review.rules, local_day(review.now()))
        documents = DataClass.DOCUMENT in may.classes
        return {"prerequisites": register.of(case, read["facts"], documents=documents)}

    return looked_up
