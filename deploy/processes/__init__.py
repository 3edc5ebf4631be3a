"""One module for each kind of process that is not a web server: read settings, compose, run."""
