"""What proposals ask for, as people name it."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from models.escalations.tables import Action
from models.law.powers import Section
from models.letters.tables import Letter
from models.letters.titles import letter_title
from models.policy.wording import inside


def change_title(
    action: str, number: str | None, title: str | None, letters: Sequence[str] = ()
) -> str:
    """What a proposal asks for: "Move to step iv: …", "Send the note of the discussion".

    `number` and `title` are those of the step, of an escalation.
    """
    if action == Action.ADVANCE:
        return f"Move to step {number}: {title}"
    if action == Action.INTERVENE:
        return f"Move straight to step {number}: {title}"
    if action == Action.PASS_OVER:
        return f"Pass over step {number}: {title}"
    if action == Action.LETTER and letters:
        named = [f"the {inside(letter_title(letter))}" for letter in dict.fromkeys(letters)]
        return f"Send {' and '.join(named)}"
    label = Action(action).label
    return label[:1].upper() + label[1:]


def use_title(section: str) -> str:
    """What a proposal to use a power asks for."""
    return f"Use {section_title(section)}"


def section_title(section: str) -> str:
    """A power by its section: "section 65: Interim Executive Board"."""
    return f"section {section}: {Section(section).title}"


def letters_with(session: Session, proposal_ids: Iterable[int]) -> dict[int, list[str]]:
    """The templates of the letters that each of these proposals carries. One query."""
    carried: dict[int, list[str]] = {key: [] for key in proposal_ids}
    statement = select(Letter.proposal_id, Letter.template).where(
        col(Letter.proposal_id).in_(list(carried))
    )
    for proposal_id, template in session.exec(statement.order_by(col(Letter.id))):
        carried[proposal_id or 0].append(template)
    return carried
