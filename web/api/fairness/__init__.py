"""Equality and fairness: what is put on record before a formal letter, a notice or a power."""
