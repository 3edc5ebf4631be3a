"""What the operator writes, by topic: the catalogue that is in force."""

TOPICS = ("catalogue",)
