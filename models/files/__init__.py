"""Files as they come from outside: what they are, whether they are clean, where they are kept."""
