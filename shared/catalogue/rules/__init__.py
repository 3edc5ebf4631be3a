"""What follows from an item for one application: limits, fees, offices, days, stages."""
