"""What waits, in words for the person who is asked to decide it in Prefect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from flows.forms import Asking, inline, plain
from models.approvals.approving import bases_for, letters_of, recipients_if_known, to_be_sent
from models.approvals.tables import Decision, DecisionWord, Proposal, ProposalState
from models.clocks import london_date
from models.database import read
from models.leaving.basis import Basis, BasisKind
from models.letters.addressing import contacts_of
from models.letters.tables import Letter, LetterState
from models.letters.titles import letter_title
from models.matters.at_hand import AtHand
from models.matters.case import at_hand
from models.matters.tables import Matter
from models.people.tables import ROLE_TITLES, Officer, Role
from models.policy import Policy
from models.rows import find, find_one
from models.schools.tables import School
from notifications.issuing import named

ANEW = (
    "There was a decision since the last one, or a letter, an address to which it goes, or what "
    "lets it go there was changed. Read what is below before you decide."
)
NOBODY = "nobody yet: an address is missing"


@dataclass(frozen=True)
class Enclosed:
    """A letter whose approval a proposal carries, in words to whom it goes, and by which decision.

    `rests` says of those who have it by no law or standing decision what lets it go there.
    """

    id: int
    title: str
    version: int
    state: LetterState
    to: tuple[str, ...]
    rests: tuple[str, ...] = ()

    def line(self, base_url: str) -> str:
        """One line of the list above the form, with the way to the letter's own page."""
        link = f"[{inline(self.title)}]({base_url.rstrip('/')}/letters/{self.id})"
        to = inline("; ".join(self.to) or NOBODY)
        rests = f" ({inline('; '.join(self.rests))})" if self.rests else ""
        return f"- {link}, version {self.version}, to {to}{rests}"


@dataclass(frozen=True)
class Waiting:
    """A proposal with everything that is said of it in Prefect.

    `seen` is the fingerprint of what its approval would send, as it stands now.
    """

    proposal: Proposal
    matter: Matter
    school: School
    proposer: Officer
    what: str
    decided: tuple[tuple[Decision, Officer], ...]
    letters: tuple[Enclosed, ...]
    seen: str

    @property
    def awaits(self) -> bool:
        """Whether somebody still has to decide it."""
        return self.proposal.state is ProposalState.AWAITING

    @property
    def asking(self) -> Asking:
        """What its form has to ask now."""
        return Asking(self.proposal.stage, self.seen)

    @property
    def name(self) -> str:
        """The flow run's name: school and step."""
        return f"{self.school.name} – {self.what}"

    def description(self, base_url: str, refused: str = "", *, anew: bool = False) -> str:
        """The text above the form, in Markdown; why it still waits comes first.

        `anew` when it stands in place of another form, which somebody may have read.
        """
        proposal = self.proposal
        day = f"{london_date(proposal.proposed_at):%-d %B %Y}"
        role = ROLE_TITLES[Role(proposal.approvers[proposal.stage])]
        parts = [
            f"**It is still waiting.** {inline(refused)}" if refused else "",
            f"**This form is new.** {ANEW}" if anew else "",
            f"**{inline(self.school.name)}** (URN {self.school.urn}), "
            f"{self.matter.reference}: **{inline(self.what)}**",
            f"{inline(self.proposer.name)} proposed on {day} to {proposal.action.label}:",
            plain(proposal.reason),
            *(inline(self._said(decision, officer)) for decision, officer in self.decided),
            self._letters(base_url),
            f"Waits for: {inline(role)}. Whoever proposed it cannot decide it.",
            f"[Read the letters and the whole record]({base_url.rstrip('/')}{self.matter.page})",
        ]
        return "\n\n".join(part for part in parts if part)

    def _letters(self, base_url: str) -> str:
        drafts = [each for each in self.letters if each.state is LetterState.DRAFT]
        if not drafts:
            return ""
        return "\n".join(["Approval sends:", "", *(each.line(base_url) for each in drafts)])

    def outcome(self) -> str:
        """What became of the proposal and of its letters, in a few sentences."""
        if self.proposal.state is ProposalState.SUPERSEDED:
            return "Overtaken: the escalation moved on without it."
        parts = [self._said(*self.decided[-1])]
        for state, words in (
            (LetterState.ISSUED, "Issued"),
            (LetterState.APPROVED, "To be issued"),
        ):
            titles = [each.title for each in self.letters if each.state is state]
            parts += [f"{words}: {', '.join(titles)}."] if titles else []
        return " ".join(parts)

    def _said(self, decision: Decision, officer: Officer) -> str:
        word = "Returned"
        if decision.decision is DecisionWord.APPROVE:
            last = decision.stage + 1 == len(self.proposal.approvers)
            word = "Approved" if last else "Signed off"
        return f"{word} by {officer.name} on {london_date(decision.at):%-d %B %Y}."


def read_waiting(engine: Engine, policy: Policy, proposal_id: int, today: date) -> Waiting:
    """The proposal with what belongs to it, as of a day; there must be one."""
    with read(engine) as session:
        statement = (
            select(Proposal, Matter, School, Officer)
            .join(Matter, col(Matter.id) == col(Proposal.matter_id))
            .join(School, col(School.urn) == col(Matter.urn))
            .join(Officer, col(Officer.id) == col(Proposal.proposed_by_id))
            .where(Proposal.id == proposal_id)
        )
        proposal, matter, school, proposer = find_one(session, statement)
        about = at_hand(session, policy, matter)
        letters = letters_of(session, proposal)
        return Waiting(
            proposal=proposal,
            matter=matter,
            school=school,
            proposer=proposer,
            what=_what(about, proposal, letters),
            decided=_decided(session, proposal_id),
            letters=_enclosed(about, proposal, letters, today),
            seen=to_be_sent(about, proposal, today),
        )


def _enclosed(
    about: AtHand, proposal: Proposal, letters: Sequence[Letter], today: date
) -> tuple[Enclosed, ...]:
    rests = _rests(bases_for(about, proposal))
    contacts = contacts_of(about.session, about.matter, today)
    return tuple(
        Enclosed(
            id=letter.id,
            title=letter_title(letter.template),
            version=letter.version,
            state=letter.state,
            to=tuple(
                f"{named(person)} ({person.email or 'by post'})"
                for person in recipients_if_known(about, contacts, letter)
            ),
            rests=rests.get(letter.id, ()),
        )
        for letter in letters
    )


def _rests(bases: Sequence[Basis]) -> dict[int, tuple[str, ...]]:
    """By letter, what is said of those whom neither the law nor a standing decision names."""
    found: dict[int, tuple[str, ...]] = {}
    for basis in bases:
        if basis.kind is BasisKind.NONE:
            said = f"nothing lets it go to {basis.who}: it cannot be approved"
        elif basis.kind is BasisKind.DECISION:
            urgent = ", not authorised yet" if basis.urgent else ""
            said = f"to {basis.who} by sharing decision {basis.decision}{urgent}"
        else:
            continue
        found[basis.letter] = (*found.get(basis.letter, ()), said)
    return found


def _what(about: AtHand, proposal: Proposal, letters: Sequence[Letter]) -> str:
    """The step to be taken, the letter to be sent, or what else is to change, in a few words."""
    rule = about.step_of(proposal.step_key)
    titles = [letter_title(each.template) for each in letters]
    return proposal.asks.in_short(rule.title if rule else None, titles)


def _decided(session: Session, proposal_id: int) -> tuple[tuple[Decision, Officer], ...]:
    statement = (
        select(Decision, Officer)
        .join(Officer, col(Officer.id) == col(Decision.officer_id))
        .where(Decision.proposal_id == proposal_id)
        .order_by(col(Decision.stage))
    )
    return tuple((decision, officer) for decision, officer in find(session, statement))
