"""A school's own record."""
