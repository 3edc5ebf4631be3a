"""Unit tests of catalogue."""
