"""Integration tests of catalogue."""
