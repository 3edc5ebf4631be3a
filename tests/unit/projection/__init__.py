"""Unit tests of read models."""
