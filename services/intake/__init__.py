"""Intake: from the submission to the acceptance, and the money."""
