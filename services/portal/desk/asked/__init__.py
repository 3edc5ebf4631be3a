"""What is asked for each action at the desk: its inputs, and the body that is sent."""
