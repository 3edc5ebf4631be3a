"""What is wrong, in Chinese: for each English sentence of a problem the Chinese one, by topic."""
