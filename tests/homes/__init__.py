"""Kept homes: systems of earlier code with their data and secrets, stopped in order."""
