"""The pages of a counter: an officer applies for somebody present or on the telephone."""
