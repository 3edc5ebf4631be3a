"""Who wrote a commit: the entries of the writers' keys, and a writer with its own."""
