"""The form of an item as pages of questions, and what was typed as an application: pure."""
