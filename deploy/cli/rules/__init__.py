"""Commands that ask the catalogue and the clock."""
