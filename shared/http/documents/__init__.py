"""The API document of a process, for programs and for people."""
