"""What stands in the database, in Prefect and at the mail server, once all has come to rest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.approvals.tables import Decision, Proposal, ProposalState
from models.database import read
from models.escalations.tables import Discussion, Escalation, Response
from models.letters.tables import Letter, LetterState
from models.outbox import Message, MessageKind, MessageState
from notifications.drafts import message_id
from tests.endurance.forms import asking_prefect
from tests.endurance.post import PostOffice

FORMAL = "formal_"
PAGE = 200  # flow runs that Prefect is asked for at once
UNDER_WAY = (MessageState.PENDING, MessageState.CLAIMED)


def marks(engine: Engine) -> Counter[str]:
    """How often each text stands in which a client leaves its mark."""
    texts = (
        Escalation.summary,
        Discussion.notes,
        Response.summary,
        Proposal.reason,
        Decision.reason,
    )
    with read(engine) as session:
        return Counter(text for column in texts for text in session.exec(select(column)))


@dataclass(frozen=True)
class Letters:
    """Formal steps and their letters; the lists are of proposals and letters that are not right."""

    steps: int
    not_one: list[int]  # approved formal steps without exactly one letter
    not_issued: list[int]
    sent_twice: list[str]  # one letter to one address by two messages


def letters(engine: Engine) -> Letters:
    """Whether each formal step that was approved has one letter, issued."""
    with read(engine) as session:
        approved = session.exec(
            select(Proposal.id).where(
                Proposal.state == ProposalState.APPROVED,
                Proposal.action == "advance",
                col(Proposal.step_key).startswith(FORMAL),
            )
        ).all()
        owned = Counter(
            session.exec(select(Letter.proposal_id).where(Letter.state == LetterState.ISSUED))
        )
        waiting = session.exec(select(Letter.id).where(Letter.state == LetterState.APPROVED)).all()
        queued = Counter(
            session.exec(
                select(Message.letter_id, Message.to_email).where(
                    Message.kind == MessageKind.LETTER
                )
            )
        )
    return Letters(
        steps=len(approved),
        not_one=[proposal for proposal in approved if owned[proposal] != 1],
        not_issued=list(waiting),
        sent_twice=[f"{letter} to {to}" for (letter, to), times in queued.items() if times > 1],
    )


@dataclass(frozen=True)
class Mails:
    """The outbox beside what the mail server got."""

    states: Mapping[str, int]
    got: int
    twice: list[str]
    never_got: list[str]  # sent, as the outbox says
    unknown_got: int  # unknown, and they had arrived

    @property
    def under_way(self) -> int:
        """How many still wait or are being sent."""
        return sum(self.states.get(state, 0) for state in UNDER_WAY)


def mails(engine: Engine, post: PostOffice, base_url: str) -> Mails:
    """Hold the outbox against the mail server's ledger."""
    with read(engine) as session:
        messages = session.exec(select(Message)).all()
    got = post.got
    by_id = {message_id(each, base_url): each for each in messages}

    def of(state: MessageState) -> list[str]:
        return [known for known, each in by_id.items() if each.state is state]

    return Mails(
        states=Counter(each.state.value for each in messages),
        got=sum(got.values()),
        twice=[known for known, times in got.items() if times > 1],
        never_got=[known for known in of(MessageState.SENT) if not got[known]],
        unknown_got=sum(got[known] > 0 for known in of(MessageState.UNKNOWN)),
    )


@dataclass(frozen=True)
class Waits:
    """Proposals that wait for a decision, by their flow runs in Prefect."""

    proposals: int
    missing: list[int]
    two: list[int]


def waiting(engine: Engine) -> list[int]:
    """The proposals that wait for a decision."""
    with read(engine) as session:
        awaiting = Proposal.state == ProposalState.AWAITING
        return list(session.exec(select(Proposal.id).where(awaiting)).all())


def waits(engine: Engine, prefect_url: str) -> Waits:
    """Ask Prefect which proposals wait there; raises httpx.HTTPError when it does not answer."""
    there = Counter(
        run["parameters"]["proposal_id"]
        for run in _gates(prefect_url)
        if run["state_type"] not in ("COMPLETED", "CANCELLED", "CRASHED", "FAILED")
    )
    proposals = waiting(engine)
    return Waits(
        proposals=len(proposals),
        missing=[each for each in proposals if not there[each]],
        two=[each for each, times in there.items() if times > 1],
    )


def _gates(prefect_url: str) -> list[dict[str, Any]]:
    """Every flow run that waits for a proposal, or did."""
    with asking_prefect(prefect_url) as client:
        found: list[dict[str, Any]] = []
        while True:
            tagged = {"tags": {"all_": ["gate"]}}
            wanted = {"flow_runs": tagged, "limit": PAGE, "offset": len(found)}
            page = client.post("/flow_runs/filter", json=wanted)
            runs = page.raise_for_status().json()
            found += runs
            if len(runs) < PAGE:
                return found


@dataclass(frozen=True)
class Races:
    """Proposals that many approved at once."""

    run: int
    won_once: int
    wrong: list[int]  # told to several that it was theirs, or decided more than once


def answered_in_prefect(engine: Engine) -> int:
    """How many decisions came by a form in Prefect."""
    with read(engine) as session:
        return sum(
            reason.startswith("mark form ") for reason in session.exec(select(Decision.reason))
        )


def races(engine: Engine, raced: Mapping[int, int]) -> Races:
    """Whether each has one decision, and at most one was told so."""
    with read(engine) as session:
        decided = _decisions(session)
    wrong = [
        proposal
        for proposal, won in raced.items()
        if won > 1 or decided[proposal] > 1 or decided[proposal] < won
    ]
    return Races(len(raced), sum(decided[proposal] == 1 for proposal in raced), wrong)


def _decisions(session: Session) -> Counter[int]:
    return Counter(session.exec(select(Decision.proposal_id)))
