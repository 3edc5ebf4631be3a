"""Files that are handed in: stored, and held against what the item wants of them."""
