"""Personal data of a case over HTTP: who may read what, what they get, and the record of it."""
