"""The composition root: command line, embedded launcher, process mains, containers."""
