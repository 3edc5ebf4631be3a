"""Which events applicants are told of, and in which words."""
