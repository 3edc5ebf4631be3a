"""What the registrar writes, by topic: it alone makes a person known, and has a key of its own."""

TOPICS = ("registration",)
