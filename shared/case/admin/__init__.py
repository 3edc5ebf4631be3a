"""What the operator writes, by topic: the catalogue that is in force, and what is set aside."""

TOPICS = ("catalogue", "setting_aside")
