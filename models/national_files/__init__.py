"""The two monthly national files, of inspections and of results: read, compared, applied."""
