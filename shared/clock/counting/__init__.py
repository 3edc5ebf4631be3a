"""When a limit ends: limits, opening hours, windows, pay days, validity."""
