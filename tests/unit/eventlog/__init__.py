"""Unit tests of eventlog."""
