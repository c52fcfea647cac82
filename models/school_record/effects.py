"""What a decision on a school's own record does."""

from models.approvals.effects import Effect, letters_go
from models.matters.at_hand import AtHand
from models.school_record.proposed import MakeStatement, SchoolLetter
from models.school_record.statements import check_still_owed, statement_made, statement_returned

EFFECTS = (
    Effect(SchoolLetter, AtHand, approved=letters_go),
    Effect(
        MakeStatement,
        AtHand,
        approved=statement_made,
        returned=statement_returned,
        still=check_still_owed,
    ),
)
