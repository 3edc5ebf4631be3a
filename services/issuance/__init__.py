"""Issuance: numbers, production, delivery, and the end of a case."""
