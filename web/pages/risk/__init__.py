"""The risk register: assessments, rounds and the levels of schools."""
