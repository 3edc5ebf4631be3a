"""The order of each lane: its rows, the records made of them, and what waits for a place."""
