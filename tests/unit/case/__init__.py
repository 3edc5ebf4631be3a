"""Unit tests of case."""
