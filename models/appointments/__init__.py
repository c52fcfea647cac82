"""Discussions, meetings and visits to come: planned, with invitations, moved, called off, held."""
