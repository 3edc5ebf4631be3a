"""Cases in the three technical rooms: the log, HTTP and workers. What all services share."""
