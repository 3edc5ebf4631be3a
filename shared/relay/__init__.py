"""From the log to its readers: positions in lanes, the ledger, and its copy on Kafka."""
