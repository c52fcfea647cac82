"""The JSON API of written reports on their way to the school."""
