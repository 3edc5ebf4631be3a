"""What review writes, by topic: each fact with what it does to a case right below it."""

TOPICS = ("assignment", "verdict", "steps", "limits", "upkeep")
