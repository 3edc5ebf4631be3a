"""The life of a worker process, put together from settings and databases."""
