"""What proves a paper: its code, the statement in its QR, the signature on the file."""
