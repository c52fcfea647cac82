"""The words every letter carries around its body, the same in all four formats."""

from models.clocks import long_date
from notifications.letters.document import LetterDocument

DRAFT_NOTICE = "Draft – not issued"
CLOSING = "Yours sincerely,"


def contact_lines(letter: LetterDocument) -> list[str]:
    """The council's address and how to reach it, a line each; what is not set is left out."""
    head = letter.letterhead
    reach = [
        ("Telephone: ", head.telephone),
        ("", head.email),  # what it is shows by itself, and the line is short
        ("", head.website),
    ]
    return [*head.address, *(label + value for label, value in reach if value)]


def details(letter: LetterDocument) -> list[tuple[str, str]]:
    """Label and value of what identifies the letter."""
    return [("Our reference", letter.reference), ("Date", long_date(letter.date))]


def reply_request(letter: LetterDocument) -> str | None:
    """The sentence that asks for a reply by a day, if one is asked for."""
    return f"Please reply by {long_date(letter.respond_by)}" if letter.respond_by else None


def copies_label(letter: LetterDocument) -> str:
    """The words before the list of those who receive a copy."""
    return "Copy to:" if len(letter.copies) == 1 else "Copies to:"
