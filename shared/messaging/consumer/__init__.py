"""The consumer of lanes: records in, held against the ledger, handled in order."""
