"""The portal in a browser: every page, in both languages, with and without a script."""
