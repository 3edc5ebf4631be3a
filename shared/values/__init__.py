"""What people write about themselves: texts, numbers of identity documents, phones, addresses."""
