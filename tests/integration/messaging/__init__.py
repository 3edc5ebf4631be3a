"""Integration tests of messaging."""
