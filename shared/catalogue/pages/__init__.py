"""An item as people and programs read it."""
