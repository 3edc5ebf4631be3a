"""Cases in the three technical rooms, log, HTTP and workers: what all services share."""
