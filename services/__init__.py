"""The four services of a case: intake, review, issuance, notify. None imports another."""
