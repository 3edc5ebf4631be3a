"""The counter: an officer works for somebody who is present or on the telephone."""
