"""Unit tests of clock."""
