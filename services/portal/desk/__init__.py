"""The desk: work lists, one case with what was stated, and each thing an officer can do with it."""
