"""Papers of a case: drawn, signed once, kept sealed, given to who may have them, checked by all."""
