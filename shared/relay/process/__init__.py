"""The sequencer process: its lanes, its leases, its patience, its reconciliation."""
