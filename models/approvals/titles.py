"""What proposals ask for, as people name it."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.law.powers import Section
from models.letters.tables import Letter
from models.letters.titles import letter_title
from models.policy.wording import inside
from models.rows import find


def section_title(section: str) -> str:
    """A power by its section: "section 65: Interim Executive Board"."""
    return f"section {section}: {Section(section).title}"


def letters_with(session: Session, proposal_ids: Iterable[int]) -> dict[int, list[str]]:
    """The letters that each of these proposals carries, as they stand in a sentence. One query."""
    carried: dict[int, list[str]] = {key: [] for key in proposal_ids}
    statement = select(Letter.proposal_id, Letter.template).where(
        col(Letter.proposal_id).in_(list(carried))
    )
    for proposal_id, template in find(session, statement.order_by(col(Letter.id))):
        named, mine = f"the {inside(letter_title(template))}", carried[proposal_id or 0]
        if named not in mine:
            mine.append(named)
    return carried
