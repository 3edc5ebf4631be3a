"""Integration tests of http."""
