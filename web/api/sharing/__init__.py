"""Sharing decisions: asked, authorised, what leaves on them, withdrawn."""
