"""What a consumer remembers in the database: marks, tries, parked streams, claims."""
