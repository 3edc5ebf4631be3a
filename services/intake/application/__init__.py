"""An application: what it states, what is wrong with it, its form, and how it comes in."""
