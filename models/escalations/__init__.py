"""The two ladders: an escalation is started, moved, held and closed."""
