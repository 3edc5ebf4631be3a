"""Kafka, once for all who use it: what a record says, and the only code that calls kafka-python.

`record`, `headers` and `ports` do not import that library: who reads the ledger alone needs none.
"""
