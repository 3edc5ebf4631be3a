"""The consumer of lanes: it checks records against the ledger and handles them in order."""
