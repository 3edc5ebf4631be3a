"""Notify: what applicants are told, in which words, and by which channel."""
