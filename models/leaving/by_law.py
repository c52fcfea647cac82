"""Whom the law itself names for the letters of steps vi and vii and for the statement of action."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session

from models.law import notices, powers, statements
from models.law.notices import Recipient
from models.proposed import Proposed
from models.rows import get_row
from models.school_record.proposed import MakeStatement
from models.schools.tables import ContactRole, School
from models.statutory.proposed import (
    EndBoard,
    GiveWarningNotice,
    NoticeOfPowers,
    PreparingLetters,
    ReviewBudget,
    UsePower,
)
from models.statutory.tables import Power

CHAIR = ContactRole.CHAIR_OF_GOVERNORS.value
HEAD = ContactRole.HEADTEACHER.value
_BOARD = "the members of a board, and the governors whom it replaces or joins (Schedule 6)"


def by_law(session: Session, school: School, asks: Proposed) -> Mapping[str, str]:
    """Who has the letters of a proposal by law, by role, each with the clause that says so."""
    match asks:
        case GiveWarningNotice():
            return _with_body("section 60(4)", notices.copies(school))
        case NoticeOfPowers():
            return _with_body("section 60(1)(d)")
        case PreparingLetters(prepares=power):
            return _preparing(_section(session, power), school)
        case UsePower(power=power) | EndBoard(end_of=power):
            section = _section(session, power)
            return _with_body(f"section {section.value}", powers.copies(section, school))
        case ReviewBudget():
            both = "the decision is given to governing body and headteacher (section 66)"
            return {CHAIR: both, HEAD: both}
        case MakeStatement():
            return _with_body("section 15, Education Act 2005", statements.copies(school))
        case _:
            return {}


def people_by_law(asks: Proposed) -> str | None:
    """By which clause those have it who hold no role and are named by a power; None elsewhere."""
    return _BOARD if isinstance(asks, UsePower | EndBoard) else None


def _with_body(source: str, copies: Iterable[Recipient] = ()) -> dict[str, str]:
    body = {CHAIR: f"it is addressed to the governing body ({source})"}
    return body | {each.role: each.reason for each in copies}


def _preparing(section: powers.Section, school: School) -> dict[str, str]:
    consulted = {each.role: each.reason for each in powers.consultees(section, school)}
    told = "the Secretary of State is asked or told before a power is used"
    return consulted | {"secretary_of_state": f"{told} (sections 65 and 70A)"}


def _section(session: Session, power_id: int) -> powers.Section:
    return get_row(session, Power, power_id).section
