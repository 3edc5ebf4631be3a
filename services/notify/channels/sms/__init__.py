"""Text messages through a provider's port."""
