"""The lanes of a log: how many there are, and which of them have stopped."""
