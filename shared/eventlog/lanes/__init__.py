"""The lanes of a log: which of them have stopped."""
