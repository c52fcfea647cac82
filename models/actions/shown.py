"""Actions as doors show them: of one matter or across all, with what was said of each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import case, or_
from sqlmodel import Session, col, select

from models.actions import tables
from models.actions.following import who
from models.actions.sources import in_words
from models.actions.tables import ActionSource, ActionState
from models.matters.at_hand import find_id
from models.matters.deadlines import is_late
from models.matters.sight import visible_to
from models.matters.tables import Deadline, Matter
from models.needs.tables import Needed
from models.paging import PER_PAGE, Page, chosen, paged
from models.people.access import Reader
from models.people.officers import AT_THE_MACHINE
from models.people.shown import officer_names
from models.people.tables import Officer
from models.policy import Policy
from models.refusals import NotFound
from models.rows import find, select_columns
from models.schools.tables import ContactRole, School
from models.shown import Shown
from models.text import check_line


class ActionLine(Shown):
    """What was said of an action; `review` is the review of the register at which it was said.

    `needed` says whether its school needs more or less, null where nobody said.
    """

    id: int
    said: str
    review: int | None
    needed: Needed | None
    needed_because: str
    said_by: str
    said_by_name: str
    said_at: AwareDatetime


class AgreedAction(Shown):
    """An action: `who` is to do it in words, `came_from` in words what it came from.

    `priority` is the key of that of the improvement plan to which it belongs.

    `settled_on` and `outcome` are when it was done and what was achieved, or when it was dropped
    and why; null and empty while it is open. `lines` are in the order in which they were said.
    """

    id: int
    reference: str
    urn: int
    school: str
    what: str
    officer: str | None
    role: ContactRole | None
    person: str
    who: str
    due_on: date
    overdue: bool
    why: str
    source: ActionSource | None
    source_id: int | None
    came_from: str | None
    priority: int | None
    state: ActionState
    settled_on: date | None
    outcome: str
    settled_by: str | None
    added_by: str
    added_by_name: str
    added_at: AwareDatetime
    lines: list[ActionLine]


def actions_of(
    session: Session,
    reader: Reader,
    reference: str,
    *,
    today: date,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[AgreedAction]:
    """The actions of one matter, those that are open first, the earliest before; NotFound."""
    mine = col(tables.AgreedAction.matter_id) == find_id(session, reader, reference)
    return _page(session, _statement().where(mine), today, page, per_page)


def actions(
    session: Session,
    policy: Policy,
    reader: Reader,
    *,
    today: date,
    state: str | None = None,
    officer: str | None = None,
    weekly: bool = False,
    priority: int | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[AgreedAction]:
    """The actions across all matters that the reader sees, in the same order.

    `officer` is the e-mail address of whoever is to do them; `weekly` leaves those of schools at a
    level whose actions the policy has reviewed each week, and of schools without a level;
    `priority` those under one of an improvement plan. Raises InvalidInput.
    """
    statement = _statement().where(visible_to(reader))
    if state is not None:
        known = chosen("state", state, ActionState)
        statement = statement.where(col(tables.AgreedAction.state) == known)
    if officer is not None:
        email = check_line("officer", officer).lower()
        doing = select(Officer.id).where(Officer.email == email)
        statement = statement.where(col(tables.AgreedAction.officer_id).in_(doing))
    if priority is not None:
        statement = statement.where(col(tables.AgreedAction.priority_id) == priority)
    if weekly:
        levels = policy.programme.levels.items()
        reviewed = [level for level, rule in levels if rule.actions_reviewed_weekly]
        here = or_(col(School.risk_level).in_(reviewed), col(School.risk_level).is_(None))
        statement = statement.where(here)
    return _page(session, statement, today, page, per_page)


def action(session: Session, reader: Reader, action_id: int, *, today: date) -> AgreedAction:
    """One action; raises NotFound."""
    mine = _statement().where(col(tables.AgreedAction.id) == action_id, visible_to(reader))
    found = find(session, mine)
    if not found:
        raise NotFound(tables.AgreedAction.missing.format(action_id))
    return _describe(session, found, today)[0]


def open_on(
    session: Session, reader: Reader, reference: str | None, *, today: date
) -> tuple[int, int]:
    """How many actions of a matter are open, and how many of these overdue; none without one."""
    if reference is None:
        return 0, 0
    theirs = (
        select(Deadline)
        .join(tables.AgreedAction, col(tables.AgreedAction.deadline_id) == col(Deadline.id))
        .where(col(tables.AgreedAction.matter_id) == find_id(session, reader, reference))
        .where(col(tables.AgreedAction.state) == ActionState.OPEN)
    )
    found = find(session, theirs)
    return len(found), sum(is_late(deadline, today) for deadline in found)


def lines_at(
    session: Session, reader: Reader, review_id: int, *, today: date
) -> list[tuple[AgreedAction, ActionLine]]:
    """What was said at a review of the register of the actions that the reader sees."""
    said = select(tables.ActionLine.action_id).where(tables.ActionLine.review_id == review_id)
    theirs = _statement().where(col(tables.AgreedAction.id).in_(said), visible_to(reader))
    return [
        (each, line)
        for each in _describe(session, find(session, theirs), today)
        for line in each.lines
        if line.review == review_id
    ]


def _statement() -> Any:
    settled = case((col(tables.AgreedAction.state) == ActionState.OPEN, 0), else_=1)
    return (
        select_columns(tables.AgreedAction, Matter, Deadline, School)
        .join(Matter, col(Matter.id) == col(tables.AgreedAction.matter_id))
        .join(Deadline, col(Deadline.id) == col(tables.AgreedAction.deadline_id))
        .join(School, col(School.urn) == col(Matter.urn))
        .order_by(settled, col(Deadline.due_on), col(tables.AgreedAction.id))
    )


def _page(
    session: Session, statement: Any, today: date, page: int, per_page: int
) -> Page[AgreedAction]:
    return paged(
        session,
        statement,
        tables.AgreedAction.id,
        lambda found: _describe(session, found, today),
        page=page,
        per_page=per_page,
    )


def _describe(
    session: Session, found: Sequence[tuple[Any, ...]], today: date
) -> list[AgreedAction]:
    rows = [row for row, *_ in found]
    said = _lines(session, [row.id for row in rows])
    came_from = in_words(session, rows)
    everybody = {
        key for row in rows for key in (row.officer_id, row.settled_by_id, row.added_by_id)
    }
    people = officer_names(session, (key for key in everybody if key is not None))
    return [
        AgreedAction(
            id=row.id,
            reference=matter.reference,
            urn=school.urn,
            school=school.name,
            what=row.what,
            officer=people[row.officer_id][0] if row.officer_id else None,
            role=row.contact_role,
            person=row.person,
            who=who(
                people[row.officer_id][1] if row.officer_id else None, row.contact_role, row.person
            ),
            due_on=deadline.due_on,
            overdue=row.state is ActionState.OPEN and is_late(deadline, today),
            why=row.why,
            source=row.source,
            source_id=row.source_id,
            came_from=came_from.get(row.id),
            priority=row.priority_id,
            state=row.state,
            settled_on=row.settled_on,
            outcome=row.outcome,
            settled_by=people[row.settled_by_id][1] if row.settled_by_id else None,
            added_by=_added_by(people, row)[0],
            added_by_name=_added_by(people, row)[1],
            added_at=row.added_at,
            lines=said[row.id],
        )
        for row, matter, deadline, school in found
    ]


def _added_by(people: dict[int, tuple[str, str]], row: tables.AgreedAction) -> tuple[str, str]:
    return people[row.added_by_id] if row.added_by_id else (AT_THE_MACHINE, AT_THE_MACHINE)


def _lines(session: Session, action_ids: list[int]) -> dict[int, list[ActionLine]]:
    statement = (
        select(tables.ActionLine, Officer)
        .join(Officer, col(Officer.id) == col(tables.ActionLine.said_by_id))
        .where(col(tables.ActionLine.action_id).in_(action_ids))
        .order_by(col(tables.ActionLine.id))
    )
    found: dict[int, list[ActionLine]] = {key: [] for key in action_ids}
    for line, officer in find(session, statement):
        found[line.action_id].append(
            ActionLine(
                id=line.id,
                said=line.said,
                review=line.review_id,
                needed=line.needed,
                needed_because=line.needed_because,
                said_by=officer.email,
                said_by_name=officer.name,
                said_at=line.said_at,
            )
        )
    return found
