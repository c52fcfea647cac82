"""Whether schools need more support, or less, and what became of that."""
