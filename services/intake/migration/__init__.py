"""An open case moves to a newer edition of its item, and keeps what it has (docs/adr/0009)."""
