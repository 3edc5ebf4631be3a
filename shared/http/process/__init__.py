"""A web process as its operator sees it: gunicorn, health, metrics, access log."""
