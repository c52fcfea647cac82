"""The support programme: what schools are due, and what was done."""
