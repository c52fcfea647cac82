"""What leaves on a sharing decision: a letter that is put forward, or something handed over."""

from collections.abc import Callable, Collection
from functools import partial

from sqlmodel import Session

from models.approvals.putting_forward import Asked, Draft, find_proposal, place
from models.approvals.tables import Proposal
from models.clocks import london_date, long_date, past_day
from models.events import append
from models.inputs import Day, Input, RowKey, Text, Word
from models.letters.addressing import Addressing
from models.letters.in_words import InWords
from models.matters.at_hand import find_row
from models.matters.case import at_hand
from models.matters.tables import Matter
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.policy import Approvable
from models.refusals import InvalidInput, NotPossible
from models.rows import add, get_row
from models.sharing.events import InformationHandedOver
from models.sharing.proposed import SharedLetter
from models.sharing.recipients import addressed, recipients_of
from models.sharing.tables import HandedOver, SharedKind, SharingDecision, SharingState
from models.text import check_line, check_printable, check_prose

TEMPLATE = "shared_letter"
LONGEST_SUBJECT = 150  # characters


class LetterToShare(Input):
    """A letter to everybody whom the decision names, the first of them as its addressee.

    `words` are its text; the `reason` is for whoever approves it, and no letter prints it.
    """

    subject: Text
    words: Text
    reason: Text


class SharedLetterInWords(InWords):
    """What the letter to others names."""

    subject: str
    words: str
    accurate_on: str


class HandingOver(Input):
    """What was given to one of the recipients, of which kind, how and when."""

    recipient: RowKey
    kind: Word
    what: Text
    how: Text
    handed_over_on: Day


def write_shared_letter(acting: Acting, decision_id: int, given: LetterToShare) -> Proposal:
    """Draft a letter to those whom a decision names, and put it forward for approval.

    It can be drafted while the decision waits, and is approved once that is in force. Raises
    NotFound, NotAllowed, InvalidInput, and NotPossible where an address is missing.
    """
    session = acting.session
    decision = find_for_letter(session, acting.officer, decision_id)
    _check(given)
    about = at_hand(session, acting.policy, get_row(session, Matter, decision.matter_id))
    to, *copies = addressed(recipients_of(session, decision.id))
    people = tuple(person for _, person in (to, *copies) if person is not None)
    roles = tuple(role for role, person in copies if person is None)
    facts = SharedLetterInWords(
        subject=given.subject, words=given.words, accurate_on=long_date(decision.accurate_on)
    )
    draft = Draft(TEMPLATE, Addressing(to[0], roles, people=people), (facts,))
    asked = Asked(SharedLetter(decision=decision.id), given.reason, about.stands_at)
    approvers = acting.policy.approvers[Approvable.SCHOOL_LETTER]
    placed = place(about, acting.officer, acting.now, asked, approvers, [draft])
    append(session, acting.now, acting.officer.email, *placed.happenings)
    return find_proposal(session, placed.proposal_id)


def find_for_letter(session: Session, officer: Officer, decision_id: int) -> SharingDecision:
    """A decision on which a letter may be drafted; raises what `write_shared_letter` does."""
    decision = find_row(session, officer, Act.WRITE_LETTER, SharingDecision, decision_id)
    if not decision.in_force and decision.state is not SharingState.PROPOSED:
        raise NotPossible(
            f"The sharing decision was {decision.state.value}: nothing leaves on it any more."
        )
    if SharedKind.LETTERS.value not in decision.kinds:
        raise NotPossible("This sharing decision is not about letters.")
    return decision


def _check(given: LetterToShare) -> None:
    errors: list[tuple[str, str]] = []
    for check in (_subject, _words, _reason):
        try:
            check(given)
        except InvalidInput as invalid:
            errors += invalid.errors
    if errors:
        raise InvalidInput.many(errors)


def _subject(given: LetterToShare) -> None:
    check_printable("subject", check_line("subject", given.subject, most=LONGEST_SUBJECT))


def _words(given: LetterToShare) -> None:
    check_printable("words", check_prose("words", given.words))


def _reason(given: LetterToShare) -> None:
    check_printable("reason", check_prose("reason", given.reason))


def hand_over(acting: Acting, decision_id: int, given: HandingOver) -> HandedOver:
    """Put on record that files, reports or a bundle were given to somebody on a decision.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where the decision is not in force
    or is not about such things.
    """
    session = acting.session
    decision = find_for_handing_over(session, acting.officer, decision_id)
    recipients = {each.id: each for each in recipients_of(session, decision.id)}
    _check_handing_over(acting, decision, recipients.keys(), given)
    key = add(
        session,
        HandedOver,
        decision_id=decision.id,
        recipient_id=given.recipient,
        kind=SharedKind(given.kind),
        what=given.what,
        how=given.how,
        handed_over_on=given.handed_over_on,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    said = InformationHandedOver(
        decision.matter_id,
        decision=decision.id,
        handed_over=key,
        kind_=given.kind,
        recipient=recipients[given.recipient].words,
        on=given.handed_over_on,
    )
    append(session, acting.now, acting.officer.email, said)
    return get_row(session, HandedOver, key)


def find_for_handing_over(session: Session, officer: Officer, decision_id: int) -> SharingDecision:
    """A decision on which something may be handed over now; raises what `hand_over` does."""
    decision = find_row(session, officer, Act.SHARE, SharingDecision, decision_id)
    if not decision.in_force:
        raise NotPossible(
            f"The sharing decision is {decision.state.value}, so nothing can be handed over on it."
        )
    if not _other_kinds(decision):
        raise NotPossible("This sharing decision is about letters alone.")
    return decision


def _other_kinds(decision: SharingDecision) -> list[str]:
    return [kind for kind in decision.kinds if kind != SharedKind.LETTERS.value]


def _check_handing_over(
    acting: Acting, decision: SharingDecision, recipients: Collection[int], given: HandingOver
) -> None:
    errors: list[tuple[str, str]] = []
    if given.recipient not in recipients:
        errors.append(("recipient", "Choose one of those with whom the decision shares."))
    if given.kind not in _other_kinds(decision):
        errors.append(("kind", f"Choose from: {', '.join(_other_kinds(decision))}."))
    checks: tuple[Callable[[], object], ...] = (
        partial(check_prose, "what", given.what),
        partial(check_prose, "how", given.how),
        partial(past_day, "handed_over_on", given.handed_over_on, acting.now),
    )
    for check in checks:
        try:
            check()
        except InvalidInput as invalid:
            errors += invalid.errors
    begun = london_date(decision.proposed_at)
    if not errors and given.handed_over_on < begun:
        errors.append(("handed_over_on", f"Enter a date from {long_date(begun)} on."))
    if errors:
        raise InvalidInput.many(errors)
