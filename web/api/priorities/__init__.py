"""The priorities of schools’ improvement plans, and how far each is, month by month."""
