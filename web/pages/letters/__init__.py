"""Letters: written, addressed, issued, served, and what became of their delivery."""
