"""Everything that can be proposed: each room says its own, and a proposal's row finds its class."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, TypeAdapter

from models.escalations import proposed as escalations
from models.proposed import Action
from models.reports import proposed as reports
from models.school_record import proposed as school_record
from models.sharing import proposed as sharing
from models.statutory import proposed as statutory

AnyProposed = Annotated[
    escalations.Start
    | escalations.NextStep
    | escalations.Intervene
    | escalations.PassOver
    | escalations.Resolve
    | escalations.Withdraw
    | escalations.Pause
    | escalations.Resume
    | escalations.Extend
    | escalations.Convert
    | escalations.End
    | escalations.Note
    | escalations.Acknowledgement
    | statutory.GiveWarningNotice
    | statutory.NoticeOfPowers
    | statutory.PreparingLetters
    | statutory.UsePower
    | statutory.ReviewBudget
    | statutory.EndBoard
    | reports.SendReport
    | school_record.SchoolLetter
    | school_record.MakeStatement
    | sharing.ShareInformation
    | sharing.SharedLetter,
    Field(discriminator="what"),
]
_READER: TypeAdapter[AnyProposed] = TypeAdapter(AnyProposed)

# Until a proposal said what it is, the fact that it has and no other.
_BEFORE = {
    "compliance_ends_on": "warning_notice",
    "powers_after": "notice_of_powers",
    "prepares": "preparing_letters",
    "review_of": "budget_review",
    "end_of": "end_of_board",
}


def proposed_in(action: Action, step_key: str | None, details: Mapping[str, object]) -> AnyProposed:
    """What a proposal's row asks for, also one of before rows said what they are.

    Those are read as they stand and not written anew: events say the bytes of their details.
    """
    what = details.get("what") or _before(action, step_key, details)
    return _READER.validate_python({**details, "what": what})


def _before(action: Action, step_key: str | None, details: Mapping[str, object]) -> str:
    known = [what for fact, what in _BEFORE.items() if fact in details]
    if known:
        return known[0]
    if action is Action.LETTER:
        return "note" if step_key else "school_letter"
    return action.value
