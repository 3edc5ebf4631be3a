"""The explanation of a due date: its derivation, in Chinese and English."""
