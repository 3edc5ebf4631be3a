"""The questions of an item: what a form shows of them, and how their answers are read."""
