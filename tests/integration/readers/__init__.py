"""What every reader of the log does with a commit that nobody may believe."""
