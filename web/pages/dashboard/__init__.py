"""What an officer sees first: the whole in figures, and their own calendar."""
