"""The questions of an item: forms, faults and what is kept of the answers."""
