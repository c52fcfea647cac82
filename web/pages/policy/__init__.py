"""Pages of the council’s policy."""
