"""Checks of the repository that no ready tool does."""
