"""Who writes which event: the table that the log, the sequencer and the auditor all check.

The names are on disk for ever; a name is never changed and never used again for something else.
"""

from collections.abc import Mapping

_INTAKE = """CaseSubmitted MaterialAttached FeeAssessed PaymentRecorded PaymentFailed RefundOrdered
    RefundRecorded SupplementRequested SupplementProvided SupplementLapsed AcceptanceAwaited
    DeadlinesRecomputed CaseAccepted CaseNotAccepted CaseWithdrawn ContactChanged CaseMigrated
    StepOverdue FactCorrected"""
_REVIEW = """ReviewOpened CaseAssigned CaseReleased CaseForwarded SharedDataObtained StepStarted
    StepCompleted ClockPaused ClockResumed LimitExtended LimitRestarted LimitsRecomputed
    DeadlineApproaching DeadlineMissed DecisionProposed CaseApproved CommitmentAccepted
    CommitmentVerified CommitmentBreached CaseRefused AppealFiled AppealDecided ApprovalRevoked
    StepOverdue FactCorrected"""
_ISSUANCE = """DocumentNumbered NumberVoided ProductionOrdered DocumentBatched DocumentProduced
    ProductionFailed ManifestSigned DocumentDispatched DocumentReady DocumentHandedOver
    DeliveryReturned DocumentUnclaimed DocumentDestroyed DocumentEndorsed DocumentReplaced
    DocumentRevoked RenewalOpened DocumentExpired ResultRecorded ResultHandedOver PayoutScheduled
    PayoutMade PayoutFailed LimitsRecomputed CaseClosed StepOverdue FactCorrected"""
_NOTIFY = """NotificationQueued NotificationSent NotificationDelivered NotificationFailed
    NotificationAbandoned StepOverdue FactCorrected"""


def _types(writer: str, names: str) -> frozenset[str]:
    return frozenset(f"{writer}.{name}" for name in names.split())


WRITES: Mapping[str, frozenset[str]] = {
    "intake": _types("intake", _INTAKE),
    "review": _types("review", _REVIEW),
    "issuance": _types("issuance", _ISSUANCE),
    "notify": _types("notify", _NOTIFY),
    "vault": _types("vault", "SubjectRegistered ErasureOrdered SubjectErased"),
    "admin": _types("admin", "CatalogueLoaded CalendarLoaded FactCorrected"),
}
