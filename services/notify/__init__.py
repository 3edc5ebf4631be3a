"""Notify: what applicants are told, where their cases stand, and the feed of each lane."""
