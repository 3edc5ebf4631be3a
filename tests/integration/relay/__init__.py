"""Integration tests of relay."""
