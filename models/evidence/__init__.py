"""The files of evidence."""
