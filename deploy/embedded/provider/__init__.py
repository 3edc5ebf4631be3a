"""The embedded system's OpenID provider: its people are made up, and nobody proves anything."""
