"""What an item is: the shapes of its file, and the catalogue that holds all items."""
