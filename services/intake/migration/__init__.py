"""An open case moves to a newer edition of its item, and loses no right (docs/adr/0009)."""
