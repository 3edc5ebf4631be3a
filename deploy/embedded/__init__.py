"""The embedded system: everything as processes of this machine, without Docker."""
