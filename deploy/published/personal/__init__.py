"""The page of personal data, made from the tables of the code."""
