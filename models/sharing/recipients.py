"""With whom a decision shares: found, and as letters address them."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.letters.recipients import Recipient
from models.rows import find, kept
from models.sharing.tables import RecipientKind, SharingRecipient


@kept
def _of(decision: int) -> SelectOfScalar[SharingRecipient]:
    mine = col(SharingRecipient.decision_id) == decision
    return select(SharingRecipient).where(mine).order_by(col(SharingRecipient.id))


def recipients_of(session: Session, decision_id: int) -> list[SharingRecipient]:
    """With whom a decision shares, in the order in which they were named."""
    return find(session, _of(decision_id))


def addressed(recipients: list[SharingRecipient]) -> list[tuple[str, Recipient | None]]:
    """The roles under which a letter goes to them: a contact's own, of others one made for it.

    With those others as the letter has them: by name, and each once.
    """
    found: list[tuple[str, Recipient | None]] = []
    taken: dict[str, int] = {}
    for each in recipients:
        if each.kind is RecipientKind.CONTACT and each.role is not None:
            found.append((each.role, None))
            continue
        word = each.kind.value
        taken[word] = taken.get(word, 0) + 1
        role = word if taken[word] == 1 else f"{word}_{taken[word]}"
        found.append((role, _person(each, role)))
    return found


def _person(each: SharingRecipient, role: str) -> Recipient:
    return Recipient(
        role=role,
        name=each.name,
        email=each.email,
        address=list(each.address),
        shared_with=each.id,
    )
