"""Integration tests of servers."""
