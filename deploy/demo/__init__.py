"""One made-up case carried through the running system over HTTP, as its users would do it."""
