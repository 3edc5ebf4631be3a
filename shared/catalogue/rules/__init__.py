"""The rules of an item applied to one application: limits, fees, offices, days, stages."""
