"""Evaluations presented: compiled each month for members, each term for the Challenge Board."""
