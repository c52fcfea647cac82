"""Calls about evaluations that are presented."""
