"""The money of a case: what came in, what goes back, and the gateway that does both."""
