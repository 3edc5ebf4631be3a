"""Integration tests of vault."""
