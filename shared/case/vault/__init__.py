"""What the vault writes, by topic, all of it on `subject/<ref>`."""

TOPICS = ("subject",)
