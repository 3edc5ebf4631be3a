"""From the application to its acceptance: what is missing, what is waited for, how it ends."""
