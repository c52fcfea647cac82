"""The authority's written statement of action after an adverse report: due, drafted, made.

Education Act 2005, section 15. The authority considers what to do, and how parents are told and
heard; it prepares a statement, and sends a copy to the Chief Inspector and, of a voluntary aided
school, to those who appoint foundation governors.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from models.approvals.approving import approve_letters
from models.approvals.effects import Taken
from models.approvals.putting_forward import Asked, Draft, find_proposal, place
from models.approvals.tables import Proposal
from models.clocks import add_working_days, long_date
from models.events import append
from models.happened import Happened
from models.inputs import Input, Reason, Text
from models.law import notices
from models.law import statements as law
from models.letters.addressing import CHAIR, Addressing
from models.letters.in_words import InWords
from models.matters.at_hand import AtHand
from models.matters.deadlines import close_deadline, set_deadline
from models.matters.tables import Deadline, DeadlineKind
from models.people.access import Act
from models.people.acting import Acting
from models.policy import Approvable
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, find, get_row
from models.school_record.events import (
    StatementFellAway,
    StatementMade,
    StatementOwed,
    StatementReleased,
)
from models.school_record.opening import enter_record, look_up, record_of
from models.school_record.proposed import MakeStatement
from models.school_record.tables import StatementOfAction, StatementState
from models.schools.contacts import find_school
from models.schools.inspections import as_corrected, entered_of, that_counts
from models.schools.tables import NATIONAL_REGISTER, ContactRole, InspectionOutcome, School
from models.text import check_line, check_printable, check_prose

TEMPLATE = "statement_of_action"
TEXTS = ("action", "period", "no_action", "parents")


def follow_inspections(acting: Acting, school: School) -> None:
    """What is on record of a school's inspections has changed: a statement is due, or no more."""
    session = acting.session
    counts = adverse_that_counts(session, school)
    append(session, acting.now, acting.officer.email, *_lapse(session, school, counts))
    known = statements_of(session, school.urn)
    if counts is not None and not any(_answers(session, each, counts) for each in known):
        _begin(acting, school, counts)


def follow_register(session: Session, now: datetime, urn: int, fate: str) -> None:
    """The register says what became of a school: of one that is not maintained none is due."""
    school = find_school(session, urn)
    counts = adverse_that_counts(session, school)
    append(session, now, NATIONAL_REGISTER, *_lapse(session, school, counts, fate))


def _lapse(
    session: Session, school: School, counts: InspectionOutcome | None, fate: str = ""
) -> list[Happened]:
    """What is due and rests on no report any more falls away, with its deadline."""
    return [
        _not_due(session, each, fate)
        for each in statements_of(session, school.urn)
        if each.state is StatementState.OWED and not _rests_on(session, each, counts)
    ]


def adverse_that_counts(session: Session, school: School) -> InspectionOutcome | None:
    """The adverse report by which a maintained school stands; None while there is none."""
    counts = that_counts(entered_of(session, school.urn))
    if counts is None or counts.category not in law.ADVERSE or law.applies_to(school) is not None:
        return None
    return counts


def statements_of(session: Session, urn: int) -> list[StatementOfAction]:
    """The statements of a school, in the order in which they became due."""
    mine = select(StatementOfAction).join(
        InspectionOutcome, col(InspectionOutcome.id) == col(StatementOfAction.inspection_id)
    )
    return find(
        session, mine.where(InspectionOutcome.urn == urn).order_by(col(StatementOfAction.id))
    )


def _is_about(session: Session, each: StatementOfAction, counts: InspectionOutcome) -> bool:
    entered = entered_of(session, counts.urn)
    return as_corrected(entered, each.inspection_id).id == counts.id


def _rests_on(session: Session, each: StatementOfAction, counts: InspectionOutcome | None) -> bool:
    """Whether it is still due as it was set: on the report that counts, published as was said."""
    if counts is None or not _is_about(session, each, counts):
        return False
    first = get_row(session, InspectionOutcome, each.inspection_id)
    return first.published_on == counts.published_on


def _answers(session: Session, each: StatementOfAction, counts: InspectionOutcome) -> bool:
    """Whether it is the statement on this report: due, under way, made, or not to be made here."""
    if each.state in (StatementState.OWED, StatementState.PROPOSED):
        return _rests_on(session, each, counts)
    return each.state is not StatementState.FELL_AWAY and _is_about(session, each, counts)


def _begin(acting: Acting, school: School, counts: InspectionOutcome) -> StatementOfAction:
    """It is due: the deadline is set on the school's record, whoever sees that."""
    session, record = acting.session, record_of(acting, school)
    period = acting.policy.statutory.statement_of_action_working_days
    published = long_date(counts.published_on)
    due = set_deadline(
        session,
        acting.policy,
        record.matter.id,
        step_key=None,
        due_on=add_working_days(counts.published_on, period),
        rule=f"The written statement of action after the report published on {published}",
        now=acting.now,
        kind=DeadlineKind.STATEMENT,
    )
    key = add(
        session,
        StatementOfAction,
        matter_id=record.matter.id,
        inspection_id=counts.id,
        deadline_id=due.deadline,
        state=StatementState.OWED,
    )
    owed = StatementOwed(
        record.matter.id, statement=key, inspection=counts.id, published_on=counts.published_on
    )
    append(session, acting.now, acting.officer.email, owed, due)
    return get_row(session, StatementOfAction, key)


class StatementToMake(Input):
    """What the authority will do after an adverse report: section 15(2) of the Act of 2005.

    `action` with its `period`, or, where nothing is to be done, why not (`no_action`). `parents`
    says how they are informed and their views asked and taken into account; `parents_person` who
    is appointed for that, if somebody is.
    """

    action: Text = ""
    period: Text = ""
    no_action: Text = ""
    parents: Text
    parents_person: Text = ""


class StatementInWords(InWords):
    """What the authority will do, as it was entered."""

    action: str
    period: str
    no_action: str
    parents: str
    parents_person: str


class ReportInWords(InWords):
    """The report on which a statement is made."""

    published_on: str
    says: str


class StatementLetter(InWords):
    """What the letter with the written statement names."""

    statement: StatementInWords
    report: ReportInWords


def make_statement(acting: Acting, urn: object, given: StatementToMake) -> Proposal:
    """Draft the written statement of action on the report that counts, and put it forward.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible where none is due, where it waits for
    approval or is made already, or where an address is missing.
    """
    record = enter_record(acting, Act.MAKE_STATEMENT, urn)
    session, now = acting.session, acting.now
    counts = check_making(session, record.school)
    _check(given)
    statement = newest_owed(session, record.school, counts) or _begin(acting, record.school, counts)
    says = f"the report published on {long_date(counts.published_on)} says that the school"
    reason = f"Due because {says} {_category(counts)} (Education Act 2005, section 15)."
    report = ReportInWords(published_on=long_date(counts.published_on), says=_category(counts))
    facts = StatementLetter(statement=StatementInWords(**dict(given)), report=report)
    asked = Asked(MakeStatement(statement=statement.id), reason)
    roles = acting.policy.approvers[Approvable.STATEMENT_OF_ACTION]
    draft = Draft(TEMPLATE, addressed(record.school), (facts,))
    placed = place(record, acting.officer, now, asked, roles, [draft])
    change(
        session,
        StatementOfAction,
        {"id": statement.id},
        **given.model_dump(),
        state=StatementState.PROPOSED,
        proposal_id=placed.proposal_id,
        prepared_by_id=acting.officer.id,
        prepared_at=now,
    )
    append(session, now, acting.officer.email, *placed.happenings)
    return find_proposal(session, placed.proposal_id)


def _category(counts: InspectionOutcome) -> str:
    assert counts.category is not None  # noqa: S101 - an outcome that counts has one
    return counts.category.label


def addressed(school: School) -> Addressing:
    """The governing body, with the copies that section 15(2)(e) wants, and the headteacher."""
    copies = law.copies(school)
    head = ContactRole.HEADTEACHER.value
    return Addressing(CHAIR, notices.must(copies), (head, *notices.offered(copies)))


def check_making(session: Session, school: School) -> InspectionOutcome:
    """The adverse report on which a statement may be drafted now; raises NotPossible."""
    refused = law.applies_to(school)
    if refused is not None:
        raise NotPossible(refused)
    counts = adverse_that_counts(session, school)
    if counts is None:
        raise NotPossible(
            "No adverse report counts for this school, so no written statement of action is due "
            "(Education Act 2005, section 15). Record the outcome of the inspection first."
        )
    for each in statements_of(session, school.urn):
        if each.state is StatementState.PROPOSED:
            raise NotPossible("A written statement of action is waiting for a decision already.")
        if each.state is StatementState.GIVEN and _is_about(session, each, counts):
            raise NotPossible("The written statement of action on this report has been made.")
    return counts


def newest_owed(
    session: Session, school: School, counts: InspectionOutcome
) -> StatementOfAction | None:
    """The statement that is due on this report; None where none was begun."""
    owed = [each for each in statements_of(session, school.urn) if _rests_on(session, each, counts)]
    return next((each for each in reversed(owed) if each.state is StatementState.OWED), None)


def _check(given: StatementToMake) -> None:
    """Everything that section 15(2) wants, all faults at once."""
    errors: list[tuple[str, str]] = []
    if bool(given.action.strip()) == bool(given.no_action.strip()):
        errors.append(
            ("action", "Enter what the authority will do, or why it will do nothing: one of them.")
        )
    elif given.action.strip() and not given.period.strip():
        errors.append(("period", "Enter the period within which the action will be taken."))
    if given.no_action.strip() and given.period.strip():
        errors.append(("period", "A period belongs to an action. Leave it empty."))
    for name in TEXTS:
        required = name == "parents"
        try:
            check_printable(name, check_prose(name, getattr(given, name), required=required))
        except InvalidInput as invalid:
            errors.extend(invalid.errors)
    try:
        person = check_line("parents_person", given.parents_person, required=False)
        check_printable("parents_person", person)
    except InvalidInput as invalid:
        errors.extend(invalid.errors)
    if errors:
        raise InvalidInput.many(errors)


def check_still_owed(record: AtHand, taken: Taken[MakeStatement]) -> None:
    """What it says of the report must still be so; raises NotPossible."""
    refused = law.applies_to(record.school)
    if refused is not None:
        raise NotPossible(f"{refused} Return the proposal.")
    counts = adverse_that_counts(record.session, record.school)
    statement = get_row(record.session, StatementOfAction, taken.asks.statement)
    if not _rests_on(record.session, statement, counts):
        raise NotPossible(
            "What is on record of the school’s inspections has changed since this was proposed. "
            "Return the proposal."
        )


def statement_made(record: AtHand, taken: Taken[MakeStatement]) -> list[Happened]:
    """The Director has approved: the statement goes out, and is no longer due."""
    approve_letters(record, taken.proposal, taken.approver, taken.today, None)
    session = record.session
    statement = get_row(session, StatementOfAction, taken.asks.statement)
    given = {"state": StatementState.GIVEN, "given_on": taken.today}
    change(session, StatementOfAction, {"id": statement.id}, **given)
    close_deadline(session, get_row(session, Deadline, statement.deadline_id), met=True)
    return [StatementMade(record.matter.id, statement=statement.id, given_on=taken.today)]


def statement_returned(record: AtHand, taken: Taken[MakeStatement]) -> list[Happened]:
    """It is due as before, unless inspections or the school have changed meanwhile."""
    session = record.session
    statement = get_row(session, StatementOfAction, taken.asks.statement)
    if _rests_on(session, statement, adverse_that_counts(session, record.school)):
        owed = {"state": StatementState.OWED, "proposal_id": None}
        change(session, StatementOfAction, {"id": statement.id}, **owed)
        return []
    fate = "is not maintained any more" if law.applies_to(record.school) else ""
    return [_not_due(session, statement, fate)]


def _not_due(session: Session, statement: StatementOfAction, fate: str = "") -> StatementFellAway:
    close_deadline(session, get_row(session, Deadline, statement.deadline_id), met=False)
    change(session, StatementOfAction, {"id": statement.id}, state=StatementState.FELL_AWAY)
    return StatementFellAway(statement.matter_id, statement=statement.id, fate=fate or None)


def release_statement(acting: Acting, urn: object, given: Reason) -> StatementOfAction:
    """Say that the statement that is due is not to be made here, and why: it was made elsewhere.

    Nobody is reminded of it any more. Raises NotFound, NotAllowed, InvalidInput, and NotPossible
    where none is due.
    """
    look_up(acting.session, acting.officer, Act.RELEASE_STATEMENT, urn)
    session = acting.session
    statement = check_releasing(session, find_school(session, urn))
    check_prose("reason", given.reason)
    close_deadline(session, get_row(session, Deadline, statement.deadline_id), met=False)
    change(
        session,
        StatementOfAction,
        {"id": statement.id},
        state=StatementState.RELEASED,
        released_by_id=acting.officer.id,
        released_because=given.reason,
    )
    said = StatementReleased(statement.matter_id, statement=statement.id, reason=given.reason)
    append(session, acting.now, acting.officer.email, said)
    return get_row(session, StatementOfAction, statement.id)


def check_releasing(session: Session, school: School) -> StatementOfAction:
    """The statement that is due and not proposed; raises NotPossible."""
    owed = StatementState.OWED
    found = next((s for s in statements_of(session, school.urn) if s.state is owed), None)
    if found is None:
        raise NotPossible("No written statement of action is due that nobody has proposed yet.")
    return found
