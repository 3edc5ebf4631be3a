"""Owed steps with their due times: kept from the ledger, claimed, fired."""
