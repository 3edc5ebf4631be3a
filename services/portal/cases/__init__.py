"""An applicant's own cases: where they stand, what is owed, what was told, and who read it."""
