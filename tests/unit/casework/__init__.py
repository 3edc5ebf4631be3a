"""The furniture of the services: topics, desk, and the roads to a case and a document."""
