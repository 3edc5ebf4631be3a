"""Intake, review, issuance and notify carry a case; progress and feed are for readers.

None imports another.
"""
