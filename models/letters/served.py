"""How notices were served, as doors show it: on whom, from when it counts, what is wanting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from models.clocks import long_date
from models.law.powers import Section
from models.letters import tables
from models.letters.recipients import Recipient
from models.letters.service_asked import last_day_to_serve, letters_asked
from models.letters.titles import letter_title
from models.matters.at_hand import AtHand
from models.matters.case import Case, find_case, see_row_at_hand
from models.matters.tables import Deadline, DeadlineState
from models.paging import Page
from models.people.access import Reader
from models.policy import Policy
from models.policy.whole import NATIONAL_BODIES
from models.rows import find
from models.schools.email_service import agreed_in, agreements
from models.schools.postal import address_trouble
from models.schools.tables import EmailAgreement
from models.shown import Shown
from models.statutory.tables import Power, Service, ServiceAsked, ServiceMethod


class ServiceState(StrEnum):
    """How far it is proven that a notice was served on its addressee."""

    UNPROVEN = "unproven"
    PROVEN = "proven"
    TOO_LATE = "too_late"  # it left no compliance period
    NOT_ASKED = "not_asked"  # any more: the notice ceased, or the case closed


class ServedOn(Shown):
    """One of those who have a notice, and whether it was served on them.

    `addressee` for the governing body, from whose notice alone periods run. `served_from` is the
    day that counts; `takes_email` says since when, or where, they agreed to e-mail at the address
    of the letter, and is empty where that is not on record. `wanting` says what is to be done while
    service is unproven, since `unproven_since`.
    """

    to: str
    name: str
    email: str
    address: list[str]
    addressee: bool
    served_from: date | None
    method: ServiceMethod | None
    takes_email: str
    unproven_since: date | None
    wanting: str


class NoticeServed(Shown):
    """A notice that must be proven to have been served, and how far that is.

    `serve_by` is the last day on which service leaves the period that the notice names (null where
    it names none), `prove_by` the day by which its officer is to record it.
    """

    letter: int
    title: str
    dated: date
    state: ServiceState
    serve_by: date | None
    prove_by: date
    recipients: list[ServedOn]


def service_of_case(
    session: Session, policy: Policy, reader: Reader, reference: str
) -> Page[NoticeServed]:
    """The notices of an escalation that must be proven to have been served, the earliest first.

    Raises NotFound.
    """
    items = notices_served(find_case(session, policy, reader, reference))
    return Page(items=items, page=1, pages=1, total=len(items))


def notices_served(case: Case) -> list[NoticeServed]:
    """The same of a case that was found."""
    return _described(case, letters_asked(case.session, case.matter.id))


def service_of_letter(
    session: Session, policy: Policy, reader: Reader, letter_id: int
) -> NoticeServed | None:
    """The same of one letter; None where no proof is asked of it. Raises NotFound."""
    letter, at_hand = see_row_at_hand(session, policy, reader, tables.Letter, letter_id)
    asked = [each for each in letters_asked(session, letter.matter_id) if each.id == letter.id]
    return next(iter(_described(at_hand, asked)), None)


@dataclass(frozen=True)
class _Notice:
    """A letter of which proof of service was asked, with the deadline for it."""

    letter: tables.Letter
    dated: date
    deadline: Deadline

    @property
    def stopped(self) -> bool:
        """Whether nobody asks for the proof any more."""
        return self.deadline.state is DeadlineState.CANCELLED


def _described(at_hand: AtHand, letters: Sequence[tables.Letter]) -> list[NoticeServed]:
    if not letters:
        return []
    session = at_hand.session
    said = agreements(session, at_hand.school.urn)
    deadlines, proofs = _deadlines(session, letters), _proofs(session, letters)
    found = []
    for letter in letters:
        assert letter.dated is not None  # noqa: S101 - it was issued
        notice = _Notice(letter, letter.dated, deadlines[letter.id])
        recipients = [
            _served_on(
                notice, person, proofs.get((letter.id, person.role)), _agreed(at_hand, person, said)
            )
            for person in letter.goes_to or ()
        ]
        found.append(
            NoticeServed(
                letter=letter.id,
                title=letter_title(letter.template),
                dated=letter.dated,
                state=_state(notice, recipients[0].served_from),
                serve_by=last_day_to_serve(letter),
                prove_by=notice.deadline.due_on,
                recipients=recipients,
            )
        )
    return found


def _agreed(at_hand: AtHand, person: Recipient, said: list[EmailAgreement]) -> str:
    if person.role in NATIONAL_BODIES:
        return at_hand.policy.bodies[person.role].takes_email
    since = agreed_in(said, person.role, person.email, date.max)
    return f"Agreed on {long_date(since)}" if since else ""


def _deadlines(session: Session, letters: Sequence[tables.Letter]) -> dict[int, Deadline]:
    statement = (
        select(ServiceAsked.letter_id, Deadline)
        .join(Deadline, col(Deadline.id) == col(ServiceAsked.deadline_id))
        .where(col(ServiceAsked.letter_id).in_([each.id for each in letters]))
    )
    return dict(find(session, statement))


Proof = tuple[date, ServiceMethod | None]


def _proofs(session: Session, letters: Sequence[tables.Letter]) -> dict[tuple[int, str], Proof]:
    """What counts first of each letter and role: a record of service, or a receipt (section 66)."""
    keys = [each.id for each in letters]
    counted = select(Service).where(
        col(Service.letter_id).in_(keys), col(Service.undone_on).is_(None)
    )
    found: dict[tuple[int, str], Proof] = {}
    for each in find(session, counted.order_by(col(Service.counts_from).desc())):
        if each.counts_from is not None:
            found[each.letter_id, each.role] = (each.counts_from, each.method)
    received = select(col(Power.letter_id), col(Power.effective_on)).where(
        col(Power.letter_id).in_(keys), Power.section == Section.DELEGATED_BUDGET
    )
    addressees = {each.id: each.to_role for each in letters}
    for letter, day in find(session, received):
        if letter is not None and day is not None:
            found.setdefault((letter, addressees[letter]), (day, None))
    return found


def _served_on(notice: _Notice, person: Recipient, proof: Proof | None, agreed: str) -> ServedOn:
    served_from, method = proof or (None, None)
    waits = served_from is None and not notice.stopped
    return ServedOn(
        to=person.role,
        name=person.name,
        email=person.email,
        address=person.address,
        addressee=person.role == notice.letter.to_role,
        served_from=served_from,
        method=method,
        takes_email=agreed,
        unproven_since=notice.dated if waits else None,
        wanting=_wanting(person, agreed) if waits else "",
    )


def _wanting(person: Recipient, agreed: str) -> str:
    if agreed:
        return (
            f"E-mail is agreed at {person.email}: record when the notice was sent there, or post "
            "the printed copy or hand it over."
        )
    asked = "E-mail is not agreed: post the printed copy or hand it over, then record how and when."
    return f"{asked} {address_trouble(person.address)}".rstrip()


def _state(notice: _Notice, served_from: date | None) -> ServiceState:
    if served_from is not None:
        last = last_day_to_serve(notice.letter)
        late = last is not None and served_from > last
        return ServiceState.TOO_LATE if late else ServiceState.PROVEN
    return ServiceState.NOT_ASKED if notice.stopped else ServiceState.UNPROVEN
