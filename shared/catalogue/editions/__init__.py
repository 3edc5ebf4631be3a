"""Comparing two editions of the catalogue, and the parts that an open case keeps."""
