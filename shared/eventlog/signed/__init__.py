"""What the installation puts its name to: signed notes, and the chains they are kept in."""
