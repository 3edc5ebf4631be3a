"""An item as a page for people and as a document for programs."""
