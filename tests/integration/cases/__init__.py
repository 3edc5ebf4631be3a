"""Integration tests of cases."""
