"""People outside the council who support schools: who they are, and what they have left to give."""
