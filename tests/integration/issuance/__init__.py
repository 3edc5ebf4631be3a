"""Integration tests of issuance."""
