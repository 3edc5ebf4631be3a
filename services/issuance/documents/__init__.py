"""Issued documents on `document/<id>`: what is done with them later, and their verification."""
