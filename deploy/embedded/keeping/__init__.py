"""Which servers hold this home's cases: remembered, kept to, changed by a move alone."""
