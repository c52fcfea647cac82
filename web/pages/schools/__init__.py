"""Schools and the people to whom letters go."""
