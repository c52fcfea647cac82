"""A school's own record: letters, deadlines and files, and what happened."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from models.actions.shown import open_on
from models.appointments import shown as appointments_shown
from models.approvals import shown as approvals_shown
from models.approvals.tables import ProposalState
from models.evidence import shown as evidence_shown
from models.letters import shown as letters_shown
from models.matters import shown as matters_shown
from models.matters.sight import is_theirs
from models.matters.tables import DeadlineState, Matter
from models.paging import MOST_AT_ONCE, Item, Page
from models.people.access import ON_THE_CASE, Act
from models.people.shown import officers_in
from models.record.timeline import timeline
from models.school_record.department_shown import department_notices, rise_support
from models.school_record.shown import SchoolLetter, listed_on, school_record, with_subjects
from models.school_record.statements_shown import statements
from models.schools.contacts import find_school
from web.pages.escalations.case import DatedLine, entry, in_time, pressing, remaining
from web.pages.evidence.evidence import in_words
from web.pages.lists import List, PageNumber
from web.pages.visits import Visit, Visitor, may
from web.pages.wording import titled, upper_first
from web.tables import Column

router = APIRouter()
EVENTS = 50


def _on(visit: Visit, session: Session, listed: Callable[[str], Page[Item]]) -> Page[Item]:
    return listed_on(session, visit.reader, visit.request.path_params["urn"], listed)


def find_letters(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[SchoolLetter]:
    """The letters of the record, the newest first."""
    found = _on(
        visit,
        session,
        lambda reference: letters_shown.letters_of(
            session, visit.policy, visit.reader, reference, page=page, per_page=per_page
        ),
    )
    return found.of(with_subjects(session, found.items[::-1]))


def find_deadlines(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[matters_shown.Deadline]:
    """Its deadlines, those that are open first, the earliest before."""
    found = _on(
        visit,
        session,
        lambda reference: matters_shown.deadlines_of(
            session,
            visit.policy,
            visit.reader,
            reference,
            today=visit.today,
            page=page,
            per_page=per_page,
        ),
    )
    return found.of(sorted(found.items, key=pressing))


def find_appointments(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[appointments_shown.Appointment]:
    """The visits and meetings that were planned, the latest first."""
    found = _on(
        visit,
        session,
        lambda reference: appointments_shown.appointments_of(
            session, visit.reader, reference, now=visit.now, page=page, per_page=per_page
        ),
    )
    return found.of(sorted(found.items, key=in_time, reverse=True))


def find_files(
    session: Session, visit: Visit, _: Mapping[str, str], page: int, per_page: int
) -> Page[evidence_shown.EvidenceFile]:
    """Its files, the newest first."""
    return _on(
        visit,
        session,
        lambda reference: evidence_shown.evidence_of(
            session,
            visit.policy,
            visit.reader,
            reference,
            newest_first=True,
            page=page,
            per_page=per_page,
        ),
    )


LISTS: tuple[List[Any], ...] = (
    List[SchoolLetter](
        "/schools/{urn}/record/letters",
        Act.SEE_CASE,
        "Letters of school",
        find_letters,
        [
            Column("Number", lambda each: each.letter.number),
            Column("Subject", lambda each: each.subject),
            Column("To", lambda each: each.letter.to),
            Column("Copies", lambda each: ", ".join(each.letter.copies)),
            Column("State", lambda each: each.letter.state),
            Column("Dated", lambda each: each.letter.dated),
            Column("Signed by", lambda each: each.letter.signed_by),
            Column("Issued at", lambda each: each.letter.issued_at),
            Column("SHA-256", lambda each: each.letter.sha256),
        ],
        of=Matter,
    ),
    List[matters_shown.Deadline](
        "/schools/{urn}/record/deadlines",
        Act.SEE_CASE,
        "Deadlines of school",
        find_deadlines,
        [
            Column("What", lambda deadline: deadline.rule),
            Column("Due on", lambda deadline: deadline.due_on),
            Column("State", lambda deadline: deadline.state),
            Column("Overdue", lambda deadline: deadline.overdue),
        ],
        of=Matter,
    ),
    List[appointments_shown.Appointment](
        "/schools/{urn}/record/appointments",
        Act.SEE_CASE,
        "Appointments of school",
        find_appointments,
        [
            Column("What", lambda each: each.title),
            Column("Starts at", lambda each: each.starts_at),
            Column("Ends at", lambda each: each.ends_at),
            Column("Place", lambda each: each.place),
            Column("Officers", lambda each: ", ".join(each.officers)),
            Column("State", lambda each: each.state),
            Column("Invited", lambda each: each.invited),
            Column("Why it was cancelled", lambda each: each.reason),
        ],
        of=Matter,
    ),
    List[evidence_shown.EvidenceFile](
        "/schools/{urn}/record/files",
        Act.SEE_CASE,
        "Files of school",
        find_files,
        [
            Column("File", lambda file: file.name),
            Column("What it is", lambda file: file.description),
            Column("Kind", lambda file: file.kind),
            Column("Bytes", lambda file: file.size),
            Column("Malware scan", lambda file: file.scan),
            Column("Added by", lambda file: file.added_by_name),
            Column("Added at", lambda file: file.added_at),
            Column("SHA-256", lambda file: file.sha256),
        ],
        of=Matter,
    ),
)


@router.get("/schools/{urn}/record", dependencies=[may(Act.SEE_CASE, of=Matter)])
def record(visit: Visitor, urn: str, page: PageNumber) -> Response:
    """Letters and files: what is on the school's own record, and all that happened there."""
    with visit.read() as session:
        found = school_record(session, visit.reader, urn)
        theirs = is_theirs(visit.officer, find_school(session, urn)) or found.reference is not None
        made = _on(
            visit,
            session,
            lambda reference: approvals_shown.proposals_of(
                session, visit.policy, visit.reader, reference, per_page=MOST_AT_ONCE
            ),
        )
        awaiting = [each for each in made.items if each.state is ProposalState.AWAITING]
        due = find_deadlines(session, visit, {}, 1, MOST_AT_ONCE).items
        events = _on(
            visit,
            session,
            lambda reference: timeline(
                session, visit.policy, visit.reader, reference, page=page, per_page=EVENTS
            ),
        )
        held = _on(
            visit,
            session,
            lambda reference: letters_shown.held_contacts(session, visit.reader, reference),
        )
        open_ones, overdue = open_on(session, visit.reader, found.reference, today=visit.today)
        return visit.page(
            "school_record/record.html",
            title=f"{found.school}: letters and files",
            navigation="schools",
            found=found,
            awaiting=titled(session, awaiting),
            mine=approvals_shown.decidable(session, visit.officer, visit.today),
            letters=find_letters(session, visit, {}, 1, MOST_AT_ONCE).items,
            deadlines=[(each, _line(each, visit)) for each in due],
            files=find_files(session, visit, {}, 1, MOST_AT_ONCE).items,
            held=held.items,
            planned=find_appointments(session, visit, {}, 1, MOST_AT_ONCE).items,
            may_plan=theirs and visit.may(Act.PLAN_APPOINTMENT),
            open_actions=open_ones,
            overdue_actions=overdue,
            statements=statements(session, visit.reader, urn).items,
            notices=department_notices(session, visit.reader, urn).items,
            supports=rise_support(session, visit.reader, urn).items,
            may_record_department=theirs and visit.may(Act.RECORD_DEPARTMENT),
            may_make_statement=theirs and visit.may(Act.MAKE_STATEMENT),
            may_release_statement=theirs and visit.may(Act.RELEASE_STATEMENT),
            events=events,
            items=[entry(event) for event in events.items],
            in_words=in_words,
            seen_by=_names(session, found.officers),
            may_write=theirs and visit.may(Act.WRITE_LETTER),
            may_agree=theirs and visit.may(Act.AGREE_DEADLINE),
            may_add=theirs and visit.may(Act.ADD_EVIDENCE),
            may_confirm=visit.may(Act.CONFIRM_CONTACT),
            may_restrict=theirs and visit.may(Act.RESTRICT),
        )


def _names(session: Session, emails: Sequence[str]) -> list[str]:
    """What the officers are called who have these e-mail addresses."""
    named = {officer.email: officer.name for officer in officers_in(session, ON_THE_CASE)}
    return sorted(named.get(email, email) for email in emails)


def _line(deadline: matters_shown.Deadline, visit: Visit) -> DatedLine:
    return DatedLine(
        title=upper_first(deadline.rule),
        due_on=deadline.due_on,
        state=deadline.state,
        overdue=deadline.overdue and deadline.state is DeadlineState.OPEN,
        remaining=remaining(deadline, visit.today),
    )
