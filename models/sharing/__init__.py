"""Sharing decisions: what may be told to whom outside the council, asked, authorised, withdrawn."""
