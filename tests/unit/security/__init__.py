"""Unit tests of security."""
