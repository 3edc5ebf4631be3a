"""What a decision may look things up in: rules, limits, validity, and what a late step does."""
