"""What can be proposed on a school's own record."""

from typing import Literal

from models.proposed import LetterAlone


class SchoolLetter(LetterAlone):
    """A letter to somebody at a school that belongs to no escalation."""

    what: Literal["school_letter"] = "school_letter"


class MakeStatement(LetterAlone):
    """The authority's written statement of action (Education Act 2005, section 15)."""

    what: Literal["statement_of_action"] = "statement_of_action"
    statement: int
