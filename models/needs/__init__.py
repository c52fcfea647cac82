"""Whether a school needs more support, or less: said at the work with it, and what became of it."""
