"""What a decision on a school's own record does."""

from models.approvals.effects import Effect, letters_go
from models.matters.at_hand import AtHand
from models.school_record.proposed import SchoolLetter

EFFECTS = (Effect(SchoolLetter, AtHand, approved=letters_go),)
