"""What a decision at steps vi and vii does, one line for each thing that can be proposed there."""

from models.approvals.effects import Effect, ladder_allows
from models.approvals.putting_forward import step_returned
from models.matters.case import Case
from models.statutory.budgets import review_approved
from models.statutory.ending import end_of_board_approved
from models.statutory.following import notice_of_powers_approved
from models.statutory.giving import give_approved
from models.statutory.preparing import preparing_letters_approved
from models.statutory.proposed import (
    EndBoard,
    GiveWarningNotice,
    NoticeOfPowers,
    PreparingLetters,
    ReviewBudget,
    UsePower,
)
from models.statutory.using import use_approved, use_returned

EFFECTS = (
    # A notice has its own conditions, which are asked again when it is given.
    Effect(GiveWarningNotice, Case, approved=give_approved, returned=step_returned),
    Effect(NoticeOfPowers, Case, approved=notice_of_powers_approved, still=ladder_allows),
    Effect(PreparingLetters, Case, approved=preparing_letters_approved, still=ladder_allows),
    Effect(UsePower, Case, approved=use_approved, returned=use_returned, still=ladder_allows),
    Effect(ReviewBudget, Case, approved=review_approved, still=ladder_allows),
    Effect(EndBoard, Case, approved=end_of_board_approved, still=ladder_allows),
)
