"""Integration tests of notify."""
