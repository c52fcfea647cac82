"""The one question at the foot of the forms for visits, reports and reviews."""

# How its two fields are called, and what is asked for when they are left empty.
QUESTION = {
    "needed": ("How much is needed", "Say whether more or less is needed"),
    "needed_because": ("The reason", "Enter why more or less is needed"),
}
