"""What intake writes, by topic: each fact with what it does to a case right below it."""

TOPICS = (
    "submission",
    "counter",
    "fee",
    "refund",
    "transaction",
    "supplement",
    "acceptance",
    "withdrawal",
    "contact",
    "migration",
    "upkeep",
)
