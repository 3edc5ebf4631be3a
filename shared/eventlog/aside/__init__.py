"""What somebody forged into the log and a signed record sets aside (ADR 0016)."""
