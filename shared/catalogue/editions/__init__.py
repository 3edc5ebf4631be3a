"""Comparing two editions of the catalogue, and what an open case keeps."""
