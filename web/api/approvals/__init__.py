"""Proposals: put forward, and who decides them on what they were shown."""
