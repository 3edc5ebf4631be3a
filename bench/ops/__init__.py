"""`python -m bench.ops`: which process asks the event log server for what, for one case."""
