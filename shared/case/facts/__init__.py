"""What every fact of a case has in common, and the values that facts share."""
