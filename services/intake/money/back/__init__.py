"""Money on its way back, as it really moves: in parts, failed, bounced, without an order."""
