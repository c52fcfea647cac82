"""Presenting what was compiled: given to people by name, opened and acknowledged by them.

Source: Barnsley, School Improvement and Quality Assurance Policy, part 3.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.clocks import long_date
from models.events import append
from models.inputs import Email, Input
from models.people.access import Act, may
from models.people.acting import Acting
from models.people.tables import Officer
from models.presentations.compiling import digest_of
from models.presentations.events import (
    EvaluationsHandedOn,
    EvaluationsPresented,
    PresentationAcknowledged,
    PresentationOpened,
)
from models.presentations.tables import (
    Presentation,
    PresentationKind,
    PresentationRecipient,
    PresentationState,
)
from models.presentations.told import PresentationGiven
from models.refusals import ChangedSince, InvalidInput, NotAllowed, NotFound, NotPossible
from models.rows import add, by_key, change, find, find_first, get_row, kept
from models.telling import tell

Recipients = Annotated[list[Email], Field(max_length=200)]


class ToPeople(Input):
    """To whom evaluations are given, by e-mail address: officers, and members with a sign-in."""

    to: Recipients


class Presenting(ToPeople):
    """The same, with the `version` that was looked at."""

    version: int


@kept
def _given(presentation: int, officer: int) -> SelectOfScalar[PresentationRecipient]:
    return select(PresentationRecipient).where(
        col(PresentationRecipient.presentation_id) == presentation,
        col(PresentationRecipient.officer_id) == officer,
    )


def present(acting: Acting, number: int, given: Presenting) -> Presentation:
    """Present what was compiled to these people, who are told by e-mail; it stays as it is then.

    Raises NotAllowed, NotFound, InvalidInput; ChangedSince when it was compiled anew; NotPossible
    when it was presented, before its month or term is over, and of a term whose report to the
    Challenge Board is not on record.
    """
    acting.require(Act.PRESENT_EVALUATIONS)
    session, officer, now = acting.session, acting.officer, acting.now
    found = get_presentation(session, number)
    people = _people(session, given.to)
    _check_presentable(found, acting.today)
    presented = change(
        session,
        Presentation,
        {"id": number, "version": given.version, "state": PresentationState.COMPILED},
        state=PresentationState.PRESENTED,
        presented_by_id=officer.id,
        presented_at=now,
    )
    if not presented:
        raise ChangedSince("It has been compiled again since you looked. Look at it again.")
    if digest_of(session, number) != found.lines_sha256:
        raise NotPossible(
            "What was compiled was changed in the database. Find out by whom (`scc verify`), and "
            "compile it again."
        )
    _give(acting, found, people)
    happened = EvaluationsPresented(
        None,
        presentation=number,
        title=found.title,
        version=found.version,
        sha256=found.lines_sha256,
        to=_names(people),
    )
    append(session, now, officer.email, happened)
    return get_row(session, Presentation, number)


def _check_presentable(found: Presentation, today: date) -> None:
    if found.state is PresentationState.PRESENTED:
        raise NotPossible("This was already presented. You can give it to more people.")
    if found.last_day > today:
        raise NotPossible(
            f"It ends on {long_date(found.last_day)}: it can be presented from that day on."
        )
    if found.kind is PresentationKind.TERMLY and not found.impact:
        raise NotPossible(
            "The termly report to the Challenge Board is not on record for this term. Record it, "
            "with the impact of the council’s support and of external support, then compile this "
            "again."
        )


def hand_on(acting: Acting, number: int, given: ToPeople) -> Presentation:
    """Give what was presented to more people. Raises NotAllowed, NotFound, InvalidInput.

    NotPossible before it is presented, and when all of them have it.
    """
    acting.require(Act.PRESENT_EVALUATIONS)
    session = acting.session
    found = get_presentation(session, number)
    people = _people(session, given.to)
    if found.state is not PresentationState.PRESENTED:
        raise NotPossible("It has not been presented yet.")
    new = [each for each in people if not find(session, _given(number, each.id))]
    if not new:
        raise NotPossible("All of them were already given it.")
    _give(acting, found, new)
    happened = EvaluationsHandedOn(None, presentation=number, title=found.title, to=_names(new))
    append(session, acting.now, acting.officer.email, happened)
    return found


def _people(session: Session, emails: Sequence[str]) -> list[Officer]:
    """The officers and members with these addresses, who may read it; raises InvalidInput."""
    if not emails:
        raise InvalidInput("to", "Choose at least one person.")
    found: dict[int, Officer] = {}
    for email in emails:
        named = find_first(session, select(Officer).where(Officer.email == email.lower()))
        if named is None or not may(named, Act.SEE_PRESENTATIONS):
            raise InvalidInput("to", f"Nobody who can read this has the e-mail address {email}.")
        found[named.id] = named
    return list(found.values())


def _names(people: Collection[Officer]) -> tuple[str, ...]:
    return tuple(each.name for each in people)


def _give(acting: Acting, found: Presentation, people: Collection[Officer]) -> None:
    session, now, by = acting.session, acting.now, acting.officer
    for each in people:
        add(
            session,
            PresentationRecipient,
            presentation_id=found.id,
            officer_id=each.id,
            given_by_id=by.id,
            given_at=now,
        )
    told = PresentationGiven(path=page_of(found.id), title=found.title, presented_by=by.name)
    key = f"presentation:{found.id}:{now.isoformat()}"
    tell(session, now, people, key=key, about=None, told=told)


def open_presentation(acting: Acting, number: int) -> None:
    """Put on record that somebody to whom it was given opened it; only the first time counts."""
    given = find_first(acting.session, _given(number, acting.officer.id))
    if given is None or given.opened_at is not None:
        return
    _mark(acting, given, opened_at=acting.now)
    title = get_row(acting.session, Presentation, number).title
    happened = PresentationOpened(None, presentation=number, title=title)
    append(acting.session, acting.now, acting.officer.email, happened)


def acknowledge(acting: Acting, number: int) -> Presentation:
    """Somebody to whom it was given says that they have read it.

    Raises NotFound; NotAllowed for anybody else; NotPossible the second time.
    """
    acting.require(Act.SEE_PRESENTATIONS)
    found = get_presentation(acting.session, number)
    given = find_first(acting.session, _given(number, acting.officer.id))
    if given is None:
        raise NotAllowed("Only somebody to whom it was presented can say that they have read it.")
    if given.acknowledged_at is not None:
        raise NotPossible("You have already said that you have read it.")
    _mark(acting, given, opened_at=given.opened_at or acting.now, acknowledged_at=acting.now)
    happened = PresentationAcknowledged(None, presentation=number, title=found.title)
    append(acting.session, acting.now, acting.officer.email, happened)
    return found


def _mark(acting: Acting, given: PresentationRecipient, **values: object) -> None:
    change(acting.session, PresentationRecipient, {"id": given.id}, **values)


def get_presentation(session: Session, number: int) -> Presentation:
    """The presentation with this number; raises NotFound."""
    found = by_key(session, Presentation, number)
    if found is None:
        raise NotFound(f"There is no presentation {number}.")
    return found


def page_of(number: int) -> str:
    """Where it is read."""
    return f"/presentations/{number}"
