"""What stands on a paper, and the page on which it stands: pure, but for reading the fonts."""
