"""Commands for trying the system out: the demo, and tokens."""
