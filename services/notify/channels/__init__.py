"""The ways a message leaves: a package a channel, and one table of them."""
