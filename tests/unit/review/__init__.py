"""Unit tests of review."""
