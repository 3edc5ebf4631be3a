"""Where a case stands and what is owed next: pure functions of its state."""
