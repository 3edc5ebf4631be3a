"""Applying: the pages of a form, papers, the check of the answers, and what is kept meanwhile."""
