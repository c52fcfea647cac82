"""Starting an escalation."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.approvals.deciders import deciders
from models.approvals.putting_forward import Draft, put_forward
from models.approvals.tables import Proposal, ProposalState
from models.approvals.told import ProposalWaits
from models.escalations.events import EscalationOpened, EscalationStarted
from models.escalations.proposed import Start
from models.escalations.tables import LIVE, Escalation, Status, Step, StepState
from models.events import append
from models.happened import Happened
from models.inputs import Email, Input, RowKey, Text, Urn, Words
from models.letters.addressing import Addressing
from models.letters.words import NOT_ENGAGING, WordsForSchool
from models.matters.at_hand import sees
from models.matters.case import case_of
from models.matters.sight import is_theirs
from models.matters.tables import Matter, MatterKind
from models.needs.settling import check_more, escalated_by, find_open_need
from models.needs.tables import Need
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import CASEWORK, Officer, Role
from models.policy import Approvable, Ladder, Policy, StepRule
from models.policy.editions import keep
from models.policy.triggers import triggers_of
from models.refusals import InvalidInput, NotAllowed, NotPossible
from models.rows import add, add_all, by_key, find_first, find_one, get_row
from models.schools.tables import School, SchoolKind
from models.telling import tell
from models.text import check_printable, check_prose, is_text


class EscalationToStart(Input):
    """A new escalation. `case_officer` is an e-mail address; the URN may be text too.

    `need` is what it rests on: that somebody said that the school needs more, by its key.
    """

    urn: Urn
    triggers: Words
    summary: Text
    case_officer: Email
    head_performance_in_question: bool = False
    not_engaging: bool = False
    why_not_engaging: Text = ""
    need: RowKey | None = None


def start(acting: Acting, given: EscalationToStart) -> Matter:
    """Start an escalation for a school; the first step is approved if a Head of Service starts it.

    Anybody else's start waits for a Head of Service. With the reason why an academy does not engage
    it starts at the first formal step: its letter is drafted with the proposal, so somebody else
    approves it, and the informal steps are passed over by that approval. Raises NotAllowed,
    InvalidInput for what was entered, NotPossible when the school has an escalation already.
    """
    acting.require(Act.START)
    session, policy, officer = acting.session, acting.policy, acting.officer
    school, responsible = _check(acting, given)
    need = _find_need(acting, school, given.need)
    ladder = policy.ladder(school.kind.value)
    first = _first_step(ladder, given)
    at_once = first is ladder.steps[0]  # nothing leaves
    approved = at_once and officer.role is Role.HEAD_OF_SERVICE
    today, now = acting.today, acting.now
    number = _next_number(session, today.year)
    reference = f"ESC-{today.year}-{number:04d}"
    matter_id = add(
        session,
        Matter,
        kind=MatterKind.ESCALATION,
        reference=reference,
        urn=school.urn,
        officer_id=responsible.id,
        opened_on=today if approved else None,
    )
    add(
        session,
        Escalation,
        id=matter_id,
        year=today.year,
        number=number,
        ladder=ladder.key,
        status=Status.OPEN if approved else Status.PROPOSED,
        step_key=first.key,
        triggers=list(given.triggers),
        summary=given.summary,
        head_performance_in_question=given.head_performance_in_question,
        not_engaging=given.not_engaging,
        policy=f"{policy.title}, {policy.edition}",
        guidance=policy.guidance.title,
        guidance_edition=policy.guidance.edition,
        guidance_address=policy.guidance.address,
        edition=keep(session, policy, now),
        head_of_service_id=officer.id if approved else None,
        started_by_id=officer.id,
        created_at=now,
    )
    states = {first.key: StepState.APPROVED if approved else StepState.PROPOSED}
    rows = [
        {
            "escalation_id": matter_id,
            "key": step.key,
            "state": states.get(step.key, StepState.AHEAD),
            "changed_on": today if step.key in states else None,
        }
        for step in ladder.steps
    ]
    add_all(session, Step, rows)
    matter = get_row(session, Matter, matter_id)
    if not sees(session, officer, matter_id, restricted=False):
        raise _of_the_other_phase(school)
    started = EscalationStarted(
        matter_id,
        reference=reference,
        urn=school.urn,
        ladder=ladder.key,
        triggers=tuple(given.triggers),
        case_officer=responsible.email,
        policy=f"{policy.title}, {policy.edition}",
    )
    if approved:
        opened = EscalationOpened(matter_id, step=first.key)
        append(session, now, officer.email, started, opened)
    elif at_once:
        append(session, now, officer.email, started)
        _await_approval(acting, matter, first, given.summary)
    else:
        append(session, now, officer.email, started, *_at_formal_step(acting, matter, first, given))
    if need is not None:
        escalated_by(acting, need, matter_id)
    return matter


def _first_step(ladder: Ladder, given: EscalationToStart) -> StepRule:
    """Where it begins: beyond the steps that are passed over for the reason that was given."""
    if not given.why_not_engaging:
        return ladder.steps[0]
    return next(step for step in ladder.steps if not step.may_pass_over_if)


def _at_formal_step(
    acting: Acting, matter: Matter, first: StepRule, given: EscalationToStart
) -> list[Happened]:
    """The start is put forward with the letter of the formal step."""
    case = case_of(acting.session, acting.policy, acting.reader, matter.id)
    words = WordsForSchool(words=NOT_ENGAGING)
    addressing = Addressing(first.to, first.copies, first.copies_where_known)
    placed = put_forward(
        case,
        acting.officer,
        acting.now,
        Start(why_not_engaging=given.why_not_engaging),
        first,
        given.summary,
        drafts=[Draft(first.letter_on_approval or "", addressing, (words,))],
        roles=(*dict.fromkeys((*acting.policy.approvers[Approvable.START], *first.approvers)),),
    )
    return placed.happenings


def _check(acting: Acting, given: EscalationToStart) -> tuple[School, Officer]:
    """Everything that was entered, all faults at once."""
    session, officer = acting.session, acting.officer
    errors: list[tuple[str, str]] = []
    urn = given.urn
    school = by_key(session, School, int(str(urn))) if _six_digits(urn) else None
    if school is None:
        errors.append(("urn", "There is no school with this URN. A URN has six digits."))
    elif school.kind is SchoolKind.OTHER:
        errors.append(("urn", _cannot_be_escalated(school)))
    elif school.closed_on is not None:
        errors.append(("urn", f"{school.name} is closed."))
    elif given.not_engaging and school.kind is not SchoolKind.ACADEMY:
        errors.append(
            ("not_engaging", "Only an academy can be recorded as not engaging: clear this answer.")
        )
    errors.extend(_check_triggers(acting.policy, school, given.triggers))
    errors.extend(_check_not_engaging(given))
    try:
        check_printable("summary", check_prose("summary", given.summary))
    except InvalidInput as invalid:
        errors.extend(invalid.errors)
    responsible = find_case_officer(session, given.case_officer)
    if responsible is None:
        errors.append(("case_officer", "No officer who can hold a case has this e-mail address."))
    if errors or school is None or responsible is None:
        raise InvalidInput.many(errors)
    _check_no_other(session, officer, school)
    return school, responsible


def _find_need(acting: Acting, school: School, number: int | None) -> Need | None:
    """What it rests on; raises NotFound, InvalidInput, NotPossible."""
    if number is None:
        return None
    need = find_open_need(acting.session, acting.officer, Act.START, number)
    check_more(need)
    if get_row(acting.session, Matter, need.matter_id).urn != school.urn:
        raise InvalidInput("need", "Choose what was said of this school.")
    return need


def _check_not_engaging(given: EscalationToStart) -> list[tuple[str, str]]:
    why = given.why_not_engaging
    if why and not given.not_engaging:
        return [("why_not_engaging", "Clear this answer, or say that the academy does not engage.")]
    try:
        check_printable(
            "why_not_engaging", check_prose("why_not_engaging", why, required=bool(why))
        )
    except InvalidInput as invalid:
        return list(invalid.errors)
    return []


def _six_digits(urn: object) -> bool:
    text = str(urn)
    return text.isascii() and text.isdigit() and len(text) == 6 and not isinstance(urn, bool)


def _cannot_be_escalated(school: School) -> str:
    return (
        f"{school.name} is neither a maintained school nor an academy ({school.type_name}), "
        "so it cannot be escalated here."
    )


def _check_triggers(
    policy: Policy, school: School | None, triggers: Sequence[str]
) -> list[tuple[str, str]]:
    """Whether each is one of the ladder's, or of any while there is no school to tell which."""
    kind = school.kind.value if school else SchoolKind.OTHER.value
    ladders = [kind] if kind in policy.ladders else list(policy.ladders)
    known = {key for ladder in ladders for key, _ in triggers_of(policy, ladder)}
    if not triggers:
        return [("triggers", "Choose at least one trigger.")]
    unknown = [str(name) for name in triggers if name not in known]
    if unknown:
        choice = ", ".join(sorted(known))
        return [("triggers", f"There is no trigger {unknown[0]!r}. Choose from: {choice}.")]
    if len(set(triggers)) != len(triggers):
        return [("triggers", "Choose each trigger once.")]
    return []


def find_case_officer(session: Session, email: str) -> Officer | None:
    """The active officer with this e-mail address who may hold a case."""
    if not is_text(email):
        return None
    statement = select(Officer).where(Officer.email == email.strip().lower())
    officer = find_first(session, statement)
    if officer is None or not officer.active or officer.role not in CASEWORK:
        return None
    return officer


def _check_no_other(session: Session, officer: Officer, school: School) -> None:
    statement = (
        select(Matter)
        .join(Escalation, col(Escalation.id) == col(Matter.id))
        .where(Matter.urn == school.urn, col(Escalation.status).in_(LIVE))
    )
    other = find_first(session, statement)
    if other is None:
        return
    if sees(session, officer, other.id, restricted=other.restricted):
        raise NotPossible(f"{school.name} already has an escalation: {other.reference}.")
    if not is_theirs(officer, school):
        raise _of_the_other_phase(school)
    raise NotPossible(
        f"An escalation for {school.name} cannot be started now. Ask the Director of Children’s "
        "Services."
    )


def _of_the_other_phase(school: School) -> NotAllowed:
    return NotAllowed(f"{school.name} belongs to the Service Manager of the other phase.")


def _next_number(session: Session, year: int) -> int:
    latest = select(func.max(Escalation.number)).where(Escalation.year == year)
    return (find_one(session, latest) or 0) + 1


def _await_approval(acting: Acting, matter: Matter, first: StepRule, summary: str) -> None:
    session, officer = acting.session, acting.officer
    approvers = acting.policy.approvers[Approvable.START]
    proposal_id = add(
        session,
        Proposal,
        matter_id=matter.id,
        step_key=first.key,
        action=Start.action,
        reason=summary,
        approvers=list(approvers),
        state=ProposalState.AWAITING,
        proposed_by_id=officer.id,
        proposed_at=acting.now,
        details=Start().facts,
    )
    waiting = deciders(session, matter, approvers[0], officer.id, acting.today)
    waits = ProposalWaits(proposal=proposal_id, stage=0)
    tell(session, acting.now, waiting, key=f"{proposal_id}:0", about=matter.id, told=waits)
