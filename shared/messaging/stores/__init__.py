"""A consumer's memory in the database: marks, tries, parked streams, claims."""
