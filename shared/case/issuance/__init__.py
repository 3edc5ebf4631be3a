"""What issuance writes, by topic: on `case/<id>` until its end, then on documents, papers."""

TOPICS = (
    "number",
    "document",
    "paper",
    "production",
    "handover",
    "record",
    "payout",
    "closing",
    "upkeep",
)
