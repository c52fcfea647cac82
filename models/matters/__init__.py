"""What every matter has: who sees it, its deadlines with their reminders, its row read once."""
