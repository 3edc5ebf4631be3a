"""Unit tests of progress."""
