"""Where one case stands, and which cases there are: GET /v1/progress."""
