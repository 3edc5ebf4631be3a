"""Who read the personal data of a case."""
