"""Key Stage results of schools against the national figure: by hand and from the national file."""
