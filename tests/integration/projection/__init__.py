"""Read models on the real server."""
