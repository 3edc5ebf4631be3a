"""Measurements, each as a ratio against the limit in the same run (`make bench`)."""
