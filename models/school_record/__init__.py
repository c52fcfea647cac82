"""A school's own record: letters, deadlines and files that belong to no escalation."""
