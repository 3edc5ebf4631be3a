"""The case on the desk beside its decision: given up, told beforehand, put right, late."""
