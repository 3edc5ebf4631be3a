"""What the portal remembers of a browser: a sealed session, the sign-in, what was typed."""
