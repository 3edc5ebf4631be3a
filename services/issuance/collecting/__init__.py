"""Giving a document to the right person: the code of whoever collects it, and who they are."""
