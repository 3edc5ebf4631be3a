"""What everybody may see: start, search, an item's guide, the verification of a document."""
