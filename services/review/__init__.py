"""Review: from the opened review to the decision, and the limits on the way."""
