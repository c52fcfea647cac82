"""A school's own record: the letters, deadlines and files that belong to no escalation."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from models.approvals import shown as approvals_shown
from models.database import read
from models.escalations import holding
from models.evidence.shown import EvidenceFile, evidence_of
from models.files.folder import LARGEST
from models.inputs import Reason
from models.letters.shown import HeldContact, ListedLetter, held_contacts, letters_of
from models.matters import shown as matters_shown
from models.matters.held_contacts import ContactChosen, settle_contact
from models.matters.tables import Deadline, Matter
from models.paging import Item, Page
from models.people.access import Act, Reader, reader
from models.people.acting import Acting
from models.people.tables import Officer
from models.record import timeline
from models.school_record import agreeing, writing
from models.school_record import statements as statements_of_action
from models.school_record.filing import on_record
from models.school_record.opening import reference_of
from models.school_record.shown import SchoolRecord, listed_on, school_record
from models.school_record.statements import StatementToMake
from models.school_record.statements_shown import Statement, statements
from web.api.answering import Caller, Once, OnlyOnce, answer, may
from web.api.evidence.files import REQUEST, TOO_LONG, Sent
from web.api.paging import Paging
from web.door import AtDoor, Door, at_once, key
from web.evidence_files import Posted
from web.uploads import upload

router = APIRouter(tags=["A school’s record"])
Key = Annotated[int, at_once(key)]
Pages = Annotated[Paging, Query()]


def _listed(
    door: Door,
    officer: Officer,
    urn: str,
    list_of: Callable[[Session, Reader, str], Page[Item]],
) -> Response:
    """One page of a list of the record; an empty one while there is none."""
    who = reader(officer)
    with read(door.engine) as session:
        return answer(
            listed_on(session, who, urn, lambda reference: list_of(session, who, reference))
        )


def _changed(once: Once, urn: str, command: Callable[[Acting], None]) -> Response:
    """Carry out a command on the record, and show the record as it is then."""

    def run(acting: Acting) -> SchoolRecord:
        command(acting)
        return school_record(acting.session, acting.reader, urn)

    return once.act(run)


@router.get(
    "/schools/{urn}/record",
    response_model=SchoolRecord,
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def show_record(door: AtDoor, officer: Caller, urn: str) -> Response:
    """The record of a school; it is opened with the first letter, deadline or file."""
    with read(door.engine) as session:
        return answer(school_record(session, reader(officer), urn))


@router.get(
    "/schools/{urn}/record/letters",
    response_model=Page[ListedLetter],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_letters(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """The letters to this school that belong to no escalation, in the order drafted."""

    def letters(session: Session, who: Reader, reference: str) -> Page[ListedLetter]:
        return letters_of(session, door.policy, who, reference, **query.model_dump())

    return _listed(door, officer, urn, letters)


@router.post(
    "/schools/{urn}/record/letters",
    status_code=201,
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.WRITE_LETTER, of=Matter)],
)
def write_letter(once: OnlyOnce, urn: str, body: writing.LetterToSchool) -> Response:
    """Draft a letter to somebody at this school; the answer is the proposal that approves it."""

    def command(acting: Acting) -> approvals_shown.Proposal:
        made = writing.write_to_school(acting, urn, body)
        return approvals_shown.proposal(
            acting.session, acting.policy, acting.reader, made.id, now=acting.now
        )

    return once.act(command, 201)


@router.get(
    "/schools/{urn}/record/proposals",
    response_model=Page[approvals_shown.Proposal],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_proposals(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """Every proposal to send a letter of the record, oldest first."""

    def proposals(session: Session, who: Reader, reference: str) -> Page[approvals_shown.Proposal]:
        return approvals_shown.proposals_of(
            session, door.policy, who, reference, **query.model_dump()
        )

    return _listed(door, officer, urn, proposals)


@router.get(
    "/schools/{urn}/record/deadlines",
    response_model=Page[matters_shown.Deadline],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_deadlines(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """The deadlines of the record with their reminders, in the order they were set."""

    def deadlines(session: Session, who: Reader, reference: str) -> Page[matters_shown.Deadline]:
        return matters_shown.deadlines_of(
            session, door.policy, who, reference, today=door.today, **query.model_dump()
        )

    return _listed(door, officer, urn, deadlines)


@router.post(
    "/schools/{urn}/record/deadlines",
    status_code=201,
    response_model=matters_shown.Deadline,
    dependencies=[may(Act.AGREE_DEADLINE, of=Matter)],
)
def agree_deadline(once: OnlyOnce, urn: str, body: agreeing.DeadlineAgreed) -> Response:
    """Set a day by which somebody undertook to do something; the record's officer is reminded."""

    def command(acting: Acting) -> matters_shown.Deadline:
        return _deadline(acting, agreeing.agree_deadline(acting, urn, body))

    return once.act(command, 201)


@router.post(
    "/deadlines/{id}/outcome",
    response_model=matters_shown.Deadline,
    dependencies=[may(Act.AGREE_DEADLINE, of=Deadline)],
)
def settle_deadline(once: OnlyOnce, id: Key, body: agreeing.Outcome) -> Response:
    """Say that what was agreed is done, or is not wanted any more; a note says why not."""

    def command(acting: Acting) -> matters_shown.Deadline:
        return _deadline(acting, agreeing.settle_agreed(acting, id, body))

    return once.act(command)


def _deadline(acting: Acting, row: Deadline) -> matters_shown.Deadline:
    return matters_shown.deadline(
        acting.session, acting.policy, acting.reader, row.id, today=acting.today
    )


@router.get(
    "/schools/{urn}/record/statements",
    response_model=Page[Statement],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_statements(door: AtDoor, officer: Caller, urn: str) -> Response:
    """The written statements of action after adverse reports, the newest first."""
    with read(door.engine) as session:
        return answer(statements(session, reader(officer), urn))


@router.post(
    "/schools/{urn}/record/statements",
    status_code=201,
    response_model=approvals_shown.Proposal,
    dependencies=[may(Act.MAKE_STATEMENT, of=Matter)],
)
def make_statement(once: OnlyOnce, urn: str, body: StatementToMake) -> Response:
    """Draft the statement of action that is due; the answer is the proposal that approves it."""

    def command(acting: Acting) -> approvals_shown.Proposal:
        made = statements_of_action.make_statement(acting, urn, body)
        return approvals_shown.proposal(
            acting.session, acting.policy, acting.reader, made.id, now=acting.now
        )

    return once.act(command, 201)


@router.post(
    "/schools/{urn}/record/statements/release",
    response_model=Statement,
    dependencies=[may(Act.RELEASE_STATEMENT, of=Matter)],
)
def release_statement(once: OnlyOnce, urn: str, body: Reason) -> Response:
    """Say that the statement that is due is not to be made here, and why."""

    def command(acting: Acting) -> Statement:
        released = statements_of_action.release_statement(acting, urn, body)
        found = statements(acting.session, acting.reader, urn).items
        return next(each for each in found if each.id == released.id)

    return once.act(command)


@router.get(
    "/schools/{urn}/record/files",
    response_model=Page[EvidenceFile],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_files(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """The files of the record in the order in which they were added."""

    def files(session: Session, who: Reader, reference: str) -> Page[EvidenceFile]:
        return evidence_of(session, door.policy, who, reference, **query.model_dump())

    return _listed(door, officer, urn, files)


@router.post(
    "/schools/{urn}/record/files",
    status_code=201,
    response_model=EvidenceFile,
    responses={413: TOO_LONG},
    openapi_extra=REQUEST,
    dependencies=[may(Act.ADD_EVIDENCE, of=Matter), upload(LARGEST)],
)
def add_file(
    request: Request,
    door: AtDoor,
    officer: Caller,
    urn: str,
    posted: Posted,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Put a file of at most 25 MB on the record, checked and scanned as evidence of a case is.

    409 while no scanner is set. What is refused before it is kept is judged anew under the same
    Idempotency-Key.
    """
    return Sent(request, door, officer, idempotency_key, posted).keep(on_record(urn))


@router.get(
    "/schools/{urn}/record/events",
    response_model=Page[timeline.Event],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_events(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """What happened on the record, as it stands in the chain, oldest first."""

    def events(session: Session, who: Reader, reference: str) -> Page[timeline.Event]:
        return timeline.events_of(session, who, reference, **query.model_dump())

    return _listed(door, officer, urn, events)


@router.post(
    "/schools/{urn}/record/officer",
    response_model=SchoolRecord,
    dependencies=[may(Act.CHANGE_CASE_OFFICER, of=Matter)],
)
def change_officer(once: OnlyOnce, urn: str, body: holding.NewCaseOfficer) -> Response:
    """Let another officer look after the record."""

    def command(acting: Acting) -> None:
        holding.change_case_officer(acting, reference_of(urn), body)

    return _changed(once, urn, command)


@router.post(
    "/schools/{urn}/record/restriction",
    response_model=SchoolRecord,
    dependencies=[may(Act.RESTRICT, of=Matter)],
)
def restrict(once: OnlyOnce, urn: str, body: holding.Restriction) -> Response:
    """Restrict the record to these officers, its officer, the caller and the Director.

    It is opened where there is none, so it can be restricted before anything is put on it.
    """

    def command(acting: Acting) -> None:
        holding.restrict_record(acting, urn, body)

    return _changed(once, urn, command)


@router.post(
    "/schools/{urn}/record/restriction/end",
    response_model=SchoolRecord,
    dependencies=[may(Act.RESTRICT, of=Matter)],
)
def open_to_all(once: OnlyOnce, urn: str, body: Reason) -> Response:
    """End the restriction of the record."""

    def command(acting: Acting) -> None:
        holding.open_to_all(acting, reference_of(urn), body)

    return _changed(once, urn, command)


@router.get(
    "/schools/{urn}/record/held-contacts",
    response_model=Page[HeldContact],
    dependencies=[may(Act.SEE_CASE, of=Matter)],
)
def list_held_contacts(door: AtDoor, officer: Caller, urn: str, query: Pages) -> Response:
    """The contacts that somebody changed who does not see the record, until confirmed."""

    def held(session: Session, who: Reader, reference: str) -> Page[HeldContact]:
        return held_contacts(session, who, reference, **query.model_dump())

    return _listed(door, officer, urn, held)


@router.post(
    "/schools/{urn}/record/held-contacts/{role}",
    response_model=SchoolRecord,
    dependencies=[may(Act.CONFIRM_CONTACT, of=Matter)],
)
def settle_held_contact(once: OnlyOnce, urn: str, role: str, body: ContactChosen) -> Response:
    """Let the record's letters use the school's contact, or stay with the one before."""

    def command(acting: Acting) -> None:
        settle_contact(acting, reference_of(urn), role, body)

    return _changed(once, urn, command)
