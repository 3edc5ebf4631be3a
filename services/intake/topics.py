"""The topics of intake, in the order of its work."""

from services.intake import contact, materials, withdrawal
from services.intake.acceptance import (
    accepting,
    deadlines,
    rejection,
    supplement,
    supplement_request,
)
from services.intake.application import submission
from services.intake.counter import originals, taking_in
from services.intake.migration import moving
from services.intake.money import claims, payments, refunds
from services.intake.money.back import repairs, returns
from shared.case.intake.upkeep import IntakeStepOverdue
from shared.casework.topics import Topics

INTAKE = Topics(
    "intake",
    (
        submission.TOPIC,
        taking_in.TOPIC,
        materials.TOPIC,
        originals.TOPIC,
        supplement.TOPIC,
        withdrawal.TOPIC,
        contact.TOPIC,
        claims.TOPIC,
        payments.TOPIC,
        accepting.TOPIC,
        supplement_request.TOPIC,
        rejection.TOPIC,
        deadlines.TOPIC,
        refunds.TOPIC,
        returns.TOPIC,
        repairs.TOPIC,
        moving.TOPIC,
    ),
    overdue=IntakeStepOverdue,
)
