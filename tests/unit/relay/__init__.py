"""Unit tests of relay."""
