"""Outcomes of inspections: put on record, corrected, and what a new category asks for."""
