"""What notify writes, by topic, all of it on `notice/<case>`."""

TOPICS = ("notice", "upkeep")
