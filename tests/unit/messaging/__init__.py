"""Unit tests of messaging."""
