"""Officers: who they are, what they may do, and what lets them in."""
