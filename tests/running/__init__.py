"""A run of all tests in stages, counted together: `python -m tests.running drawn|whole`."""
