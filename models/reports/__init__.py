"""Written reports on their way: put forward, issued to the school, their facts checked by it."""
