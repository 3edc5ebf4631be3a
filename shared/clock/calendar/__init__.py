"""Days: which of them are working days, layer by layer, and the notices that announce it."""
