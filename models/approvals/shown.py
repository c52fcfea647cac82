"""Proposals as doors show them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, String, and_, exists, false, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.approvals import tables
from models.approvals.approving import bases_for, what_is_seen
from models.approvals.deciders import authorities
from models.approvals.tables import DecisionWord, ProposalState
from models.approvals.vocabulary import AnyProposed
from models.clocks import london_date
from models.escalations.tables import Escalation
from models.fairness.shown import Gate, gates_of
from models.leaving.basis import Basis
from models.letters.tables import Letter
from models.matters.at_hand import find_id
from models.matters.case import Case, at_hand
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader, Sight, reader, sight
from models.people.shown import officer_names
from models.people.tables import Officer, Role
from models.policy import Policy
from models.policy.editions import step_of
from models.proposed import Action
from models.refusals import NotFound
from models.rows import find, find_one, kept
from models.schools.tables import School
from models.shown import Shown


class Decision(Shown):
    """What one approver decided."""

    stage: int
    officer: str
    officer_name: str
    for_officer: str | None
    for_officer_name: str | None
    decision: DecisionWord
    reason: str
    at: AwareDatetime


class Proposal(Shown):
    """A change put forward; `waits_for` is the role that decides next.

    `seen` stands for what approval would do and send; approving needs it. `fairness` is what the
    policy wants on record before it is approved, `sharing` on which basis each recipient may have
    its letters. Lists leave all of them null.
    """

    id: int
    reference: str
    urn: int
    school: str
    restricted: bool
    action: Action
    action_title: str
    step: str | None
    step_number: str | None
    step_title: str | None
    reason: str
    details: AnyProposed
    proposed_by: str
    proposed_by_name: str
    proposed_at: AwareDatetime
    state: ProposalState
    approvers: list[Role]
    waits_for: Role | None
    letters: list[int]
    decisions: list[Decision]
    seen: str | None
    fairness: list[Gate] | None = None
    sharing: list[Basis] | None = None


def proposals(
    session: Session,
    policy: Policy,
    *,
    officer: Officer,
    today: date,
    state: str = "awaiting",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Proposal]:
    """What concerns this officer, oldest first: `awaiting` is what they can decide now.

    In any other state: what they proposed, or decided. Raises InvalidInput. Five queries.
    """
    wanted = chosen("state", state, ProposalState)
    if wanted is ProposalState.AWAITING:
        concerns = _may_decide(reader(officer), authorities(session, officer, today))
    else:
        theirs = or_(col(tables.Proposal.proposed_by_id) == officer.id, _decided_by(officer))
        concerns = and_(visible_to(reader(officer)), theirs)
    whole = reader(officer).whole  # whoever sees no more than outlines is shown no reason
    statement = _statement().where(
        col(tables.Proposal.state) == wanted, concerns if whole else false()
    )
    found = _page(session, policy, statement, page, per_page)
    return found.of([_listed(each) for each in found.items])


def _listed(proposal: Proposal) -> Proposal:
    """As it stands in a list across cases: what a restricted one says is read on its own page."""
    return proposal.model_copy(update={"reason": ""}) if proposal.restricted else proposal


def waiting_count(session: Session, officer: Officer, today: date) -> int:
    """How many proposals this officer can decide today. Two queries."""
    mine = authorities(session, officer, today)
    if mine.keys() == {officer.id}:  # as on every page of whoever covers for nobody
        return find_one(session, _waiting(officer.id, officer.role.value, sight=sight(officer)))
    count = func.count(col(tables.Proposal.id))
    counted: int = find_one(session, _decidable(_may_decide(reader(officer), mine), count))
    return counted


@kept
def _waiting(me: int, role: str, *, sight: Sight) -> SelectOfScalar[int]:
    decides = _may_decide(Reader(sight, me), {me: role})
    waiting: SelectOfScalar[int] = _decidable(decides, func.count(col(tables.Proposal.id)))
    return waiting


def decidable(session: Session, officer: Officer, today: date) -> set[int]:
    """The keys of the proposals that this officer can decide today. Two queries."""
    decides = _may_decide(reader(officer), authorities(session, officer, today))
    return set(find(session, _decidable(decides, col(tables.Proposal.id))))


def _decidable(decides: ColumnElement[bool], what: Any) -> Any:
    return (
        select(what)
        .join(Matter, col(Matter.id) == col(tables.Proposal.matter_id))
        .where(col(tables.Proposal.state) == ProposalState.AWAITING, decides)
    )


def proposals_of(
    session: Session,
    policy: Policy,
    reader: Reader,
    reference: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Proposal]:
    """Every proposal ever made for one escalation, oldest first. Raises NotFound. Six queries."""
    mine = col(tables.Proposal.matter_id) == find_id(session, reader, reference)
    return _page(session, policy, _statement().where(mine), page, per_page)


def proposal(
    session: Session, policy: Policy, reader: Reader, proposal_id: int, *, now: datetime
) -> Proposal:
    """One proposal with the decisions on it so far; raises NotFound.

    While it waits, `seen` is the fingerprint that approving it needs.
    """
    found = find(
        session, _statement().where(col(tables.Proposal.id) == proposal_id, visible_to(reader))
    )
    if not found:
        raise NotFound(tables.Proposal.missing.format(proposal_id))
    [described] = _describe(session, policy, found)
    if described.state is not ProposalState.AWAITING:
        return described
    seen = what_is_seen(session, policy, reader, proposal_id, london_date(now))
    case = at_hand(session, policy, found[0][1])
    fairness = (
        gates_of(case, described.details, described.step, now)
        if isinstance(case, Case) and described.step is not None
        else []
    )
    sharing = bases_for(case, found[0][0])
    return described.model_copy(update={"seen": seen, "fairness": fairness, "sharing": sharing})


def _statement() -> Any:
    return (
        select(tables.Proposal, Matter, Escalation, School)
        .join(Matter, col(Matter.id) == col(tables.Proposal.matter_id))
        .outerjoin(Escalation, col(Escalation.id) == col(Matter.id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(col(tables.Proposal.id))
    )


def _page(
    session: Session, policy: Policy, statement: Any, page: int, per_page: int
) -> Page[Proposal]:
    return paged(
        session,
        statement,
        tables.Proposal.id,
        lambda found: _describe(session, policy, found),
        page=page,
        per_page=per_page,
    )


def _may_decide(reader: Reader, by: Mapping[int, str]) -> ColumnElement[bool]:
    """What `deciders.find_authority` says of one proposal, as a condition on many.

    `by` is whose roles the reader decides by.
    """
    me = reader.officer_id
    turns = [
        _turn_of(role) if holder == me else and_(_turn_of(role), _untouched_by(holder))
        for holder, role in by.items()
    ]
    return and_(visible_to(reader), _untouched_by(me), or_(false(), *turns))


def _turn_of(role: str) -> ColumnElement[bool]:
    """The stage in hand is for this role."""
    return _AtPlace(col(tables.Proposal.approvers), col(tables.Proposal.stage)) == role


def _untouched_by(officer_id: int) -> ColumnElement[bool]:
    """They neither proposed it nor decided any of it."""
    return and_(col(tables.Proposal.proposed_by_id) != officer_id, ~_taken_by(officer_id))


class _AtPlace(FunctionElement[str]):
    """The word that stands at a place, counted from 0, in a column of words."""

    type = String()
    inherit_cache = True
    name = "at_place"


@compiles(_AtPlace)
def _at_place(element: _AtPlace, compiler: SQLCompiler, **how: Any) -> str:
    words, place = (compiler.process(each, **how) for each in element.clauses)
    if compiler.dialect.name == "sqlite":
        return f"json_extract({words}, '$[' || {place} || ']')"
    return f"({words} ->> {place})"


def _taken_by(officer_id: int) -> ColumnElement[bool]:
    """They decided a stage of the proposal, or somebody decided one for them."""
    who = or_(
        col(tables.Decision.officer_id) == officer_id,
        col(tables.Decision.for_officer_id) == officer_id,
    )
    return exists().where(col(tables.Decision.proposal_id) == col(tables.Proposal.id), who)


def _decided_by(officer: Officer) -> ColumnElement[bool]:
    return exists().where(
        col(tables.Decision.proposal_id) == col(tables.Proposal.id),
        col(tables.Decision.officer_id) == officer.id,
    )


def _describe(session: Session, policy: Policy, found: Sequence[tuple[Any, ...]]) -> list[Proposal]:
    keys = [proposal.id for proposal, *_ in found]
    letters: dict[int, list[int]] = {key: [] for key in keys}
    carried = select(Letter.proposal_id, Letter.id).where(col(Letter.proposal_id).in_(keys))
    for proposal_id, letter_id in find(session, carried.order_by(col(Letter.id))):
        letters[proposal_id or 0].append(letter_id)
    taken = select(tables.Decision).where(col(tables.Decision.proposal_id).in_(keys))
    decisions = find(session, taken.order_by(col(tables.Decision.stage)))
    people = officer_names(
        session,
        [
            *(proposal.proposed_by_id for proposal, *_ in found),
            *(decision.officer_id for decision in decisions),
            *(decision.for_officer_id for decision in decisions),
        ],
    )
    decided: dict[int, list[Decision]] = {key: [] for key in keys}
    for decision in decisions:
        decided[decision.proposal_id].append(_decision(decision, people))
    described = []
    for proposal, matter, escalation, school in found:
        rule = step_of(session, policy, escalation, proposal.step_key)
        email, name = people[proposal.proposed_by_id]
        awaiting = proposal.state is ProposalState.AWAITING
        described.append(
            Proposal(
                id=proposal.id,
                reference=matter.reference,
                urn=school.urn,
                school=school.name,
                restricted=matter.restricted,
                action=proposal.action,
                action_title=proposal.action.label,
                step=proposal.step_key,
                step_number=rule.number if rule else None,
                step_title=rule.title if rule else None,
                reason=proposal.reason,
                details=proposal.asks,
                proposed_by=email,
                proposed_by_name=name,
                proposed_at=proposal.proposed_at,
                state=proposal.state,
                approvers=[Role(role) for role in proposal.approvers],
                waits_for=Role(proposal.approvers[proposal.stage]) if awaiting else None,
                letters=letters[proposal.id],
                decisions=decided[proposal.id],
                seen=None,
            )
        )
    return described


def _decision(decision: tables.Decision, people: dict[int, tuple[str, str]]) -> Decision:
    email, name = people[decision.officer_id]
    absent = decision.for_officer_id
    return Decision(
        stage=decision.stage,
        officer=email,
        officer_name=name,
        for_officer=people[absent][0] if absent else None,
        for_officer_name=people[absent][1] if absent else None,
        decision=decision.decision,
        reason=decision.reason,
        at=decision.at,
    )
