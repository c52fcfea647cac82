"""Pages of evaluations that are presented."""
