"""The topics of issuance, in the order of its work."""

from services.issuance import closing, handover, payout, production, record, unclaimed
from services.issuance.collecting import vouchers
from services.issuance.documents import endorsement, revocation, suspension
from services.issuance.documents import lasting as documents
from services.issuance.numbers import giving
from services.issuance.papers import recording
from shared.case.issuance.closing import IssuanceLimitsRecomputed
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.casework.topics import Topics

ISSUANCE = Topics(
    "issuance",
    (
        giving.TOPIC,
        production.TOPIC,
        handover.TOPIC,
        unclaimed.TOPIC,
        record.TOPIC,
        payout.TOPIC,
        closing.TOPIC,
        documents.TOPIC,
        revocation.TOPIC,
        endorsement.TOPIC,
        recording.TOPIC,
        suspension.TOPIC,
        vouchers.TOPIC,
    ),
    overdue=IssuanceStepOverdue,
    recomputed=IssuanceLimitsRecomputed,
)
