"""Pages of written reports on their way: for whoever writes and sends them, and for the school."""
