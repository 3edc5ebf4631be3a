"""From the log to the ledger: each genuine commit gets the next position."""
