"""What the installation puts its name to: signed notes, their chains, the cut-over."""
