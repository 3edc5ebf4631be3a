"""Integration tests of calendar."""
