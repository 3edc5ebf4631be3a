"""Integration tests of progress."""
