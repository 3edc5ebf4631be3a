"""Commands that read the log, its proof and its copies."""
