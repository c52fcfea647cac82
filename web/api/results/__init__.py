"""Results of schools against the national figure."""
