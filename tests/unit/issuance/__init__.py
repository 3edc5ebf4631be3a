"""Unit tests of issuance."""
