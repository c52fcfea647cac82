"""The national files of inspections and results."""
