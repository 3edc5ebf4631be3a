"""Whether the databases that a process reaches are those that its keys belong to."""
