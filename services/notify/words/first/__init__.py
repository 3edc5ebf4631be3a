"""The first edition of the words, as applicants were told them until there was a second."""
