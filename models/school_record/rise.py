"""Targeted support by the Department's RISE teams: adviser, supporting organisation, dates."""

from sqlmodel import Session

from models.clocks import long_date, past_day
from models.events import append
from models.inputs import Day, Input, Text
from models.matters.at_hand import find_row
from models.people.access import Act
from models.people.acting import Acting
from models.people.tables import Officer
from models.refusals import InvalidInput, NotPossible
from models.rows import add, change, get_row
from models.school_record.events import RiseSupportChanged, RiseSupportRecorded
from models.school_record.opening import enter_record
from models.school_record.tables import RiseSupport
from models.text import check_line


class RiseSupportGiven(Input):
    """Who advises the school for the Department, which organisation supports it, and since when."""

    adviser: Text
    supporting_organisation: Text = ""
    started_on: Day


class RiseSupportNow(Input):
    """Who advises and supports the school now; with `ended_on`, that the support has ended."""

    adviser: Text
    supporting_organisation: Text = ""
    ended_on: Day | None = None


def record_rise_support(acting: Acting, urn: object, given: RiseSupportGiven) -> RiseSupport:
    """Put on a school's record that the Department supports it through a RISE team.

    Raises NotFound, NotAllowed, InvalidInput, NotPossible.
    """
    record = enter_record(acting, Act.RECORD_DEPARTMENT, urn)
    session = acting.session
    who = _who(given)
    past_day("started_on", given.started_on, acting.now)
    key = add(
        session,
        RiseSupport,
        matter_id=record.matter.id,
        **who,
        started_on=given.started_on,
        recorded_by_id=acting.officer.id,
        recorded_at=acting.now,
    )
    recorded = RiseSupportRecorded(
        record.matter.id, support=key, started_on=given.started_on, **who
    )
    append(session, acting.now, acting.officer.email, recorded)
    return get_row(session, RiseSupport, key)


def change_rise_support(acting: Acting, support_id: int, given: RiseSupportNow) -> RiseSupport:
    """Say who advises and supports the school now, or that the support has ended.

    Raises NotFound, NotAllowed, InvalidInput, and NotPossible once it has ended.
    """
    session = acting.session
    support = find_to_change(session, acting.officer, support_id)
    who = _who(given)
    if given.ended_on is not None:
        past_day("ended_on", given.ended_on, acting.now)
        if given.ended_on < support.started_on:
            started = long_date(support.started_on)
            raise InvalidInput("ended_on", f"Enter a date on or after {started}.")
    change(session, RiseSupport, {"id": support.id}, **who, ended_on=given.ended_on)
    changed = RiseSupportChanged(
        support.matter_id, support=support.id, ended_on=given.ended_on, **who
    )
    append(session, acting.now, acting.officer.email, changed)
    return get_row(session, RiseSupport, support.id)


def _who(given: RiseSupportGiven | RiseSupportNow) -> dict[str, str]:
    organisation = given.supporting_organisation
    return {
        "adviser": check_line("adviser", given.adviser),
        "supporting_organisation": check_line(
            "supporting_organisation", organisation, required=False
        ),
    }


def find_to_change(session: Session, officer: Officer, support_id: int) -> RiseSupport:
    """Support that has not ended; raises what `change_rise_support` does."""
    support = find_row(session, officer, Act.RECORD_DEPARTMENT, RiseSupport, support_id)
    if support.ended_on is not None:
        raise NotPossible("This support has ended. Record new support instead.")
    return support
