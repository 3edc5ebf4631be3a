"""Two versions of the code on one log."""
