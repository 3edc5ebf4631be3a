"""Unit tests of procedures."""
