"""Owed steps with their due times: read from the ledger, claimed, fired."""
