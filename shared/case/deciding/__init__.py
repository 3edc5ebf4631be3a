"""A decision's inputs besides the case (rules, limits, validity), and the effect of a late step."""
