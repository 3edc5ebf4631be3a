"""The rules within one file beyond the types of its fields: each topic yields its faults."""
