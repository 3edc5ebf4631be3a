"""Where cases stand: read models and their queries, one folder a view."""
