"""Actions agreed with a school: who does what by when, and what became of it."""
