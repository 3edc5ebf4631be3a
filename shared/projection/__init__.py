"""Read models: documents folded from streams, kept by a process, rebuilt beside the live ones."""
