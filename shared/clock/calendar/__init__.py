"""Days: what a working day is, layer by layer, and the notices that say so."""
