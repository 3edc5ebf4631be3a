"""What issuance writes, by topic: on `case/<id>` until its end, on `document/<id>` what lasts."""

TOPICS = (
    "number",
    "document",
    "production",
    "handover",
    "record",
    "payout",
    "closing",
    "upkeep",
)
