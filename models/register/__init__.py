"""The national register of schools: read, compared, applied."""
