"""Items for machines: find one, read its definition, draw its form, try an application out."""
