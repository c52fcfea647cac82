"""Levels in force: the one place where the level of a school is set, and its record.

Source: Barnsley, School Improvement and Quality Assurance Policy, parts 2 and 3.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, case, insert, literal, update
from sqlmodel import Session, col, select

from models.clocks import london_date
from models.database import UtcDateTime
from models.events import append
from models.policy import Policy
from models.programme import planning, promised
from models.refusals import NotFound, NotPossible
from models.risk.events import LevelChanged
from models.risk.tables import Assessment, AssessmentState, LevelChange
from models.rows import by_key, carry_out, find_one, get_row
from models.schools.tables import School

MOST_OF_A_REASON = 2_000  # characters: it stands in the letter to the school


def bring_into_force(
    session: Session, policy: Policy, *, now: datetime, assessment: Assessment, by: str
) -> LevelChange:
    """The level of an agreed assessment is the school's from today, and its support is replanned.

    Where it differs from the one before, the visit that the letter about it promises is planned.
    `by` is who did it, for the record. Raises NotPossible when it is not agreed, or no longer.
    """
    if not set_levels(session, now, col(Assessment.id) == assessment.id, by):
        raise NotPossible("Only an assessment that is agreed can come into force.")
    changed = find_one(
        session, select(LevelChange).where(LevelChange.assessment_id == assessment.id)
    )
    school = get_row(session, School, changed.urn)
    planning.replan(session, policy, urn=changed.urn, level=changed.level, on=changed.on)
    if changed.level != changed.before:
        its = promised.Changed(changed.id, changed.urn, changed.level)
        promised.plan_change_visits(session, policy, changed.on, [its])
    happened = LevelChanged(
        None,
        urn=school.urn,
        school=school.name,
        assessment=assessment.id,
        before=changed.before,
        level=changed.level,
        occasion=changed.occasion,
    )
    append(session, now, by, happened)
    return changed


def set_levels(session: Session, now: datetime, which: ColumnElement[bool], by: str) -> int:
    """Bring these assessments into force, those of them that are agreed; how many they were.

    The one place where the level of a school is set. A level that stays is on record like one
    that changes. Four statements, however many schools there are.
    """
    agreed = which & (col(Assessment.state) == AssessmentState.AGREED)
    its_school = col(School.urn) == col(Assessment.urn)
    before = {"level_before": col(School.risk_level)}
    carry_out(session, update(Assessment).where(agreed, its_school).values(before))
    carry_out(session, _level_changes(now, agreed, by))
    level = {"risk_level": col(Assessment.level)}
    carry_out(session, update(School).where(agreed, its_school).values(level))
    in_force = update(Assessment).where(agreed).values(state=AssessmentState.IN_FORCE)
    return carry_out(session, in_force)


def _level_changes(now: datetime, agreed: ColumnElement[bool], by: str) -> Any:
    """Writes down what comes into force, with the reason of whoever chose the level."""
    moderated = col(Assessment.level) != col(Assessment.proposed_level)
    values = {
        "urn": col(Assessment.urn),
        "before": col(Assessment.level_before),
        "level": col(Assessment.level),
        "on": literal(london_date(now), Date),
        "reason": case(
            (moderated, col(Assessment.moderation_reason)), else_=col(Assessment.reason)
        ),
        "words": case((moderated, col(Assessment.moderation_words)), else_=col(Assessment.words)),
        "assessment_id": col(Assessment.id),
        "occasion": col(Assessment.occasion),
        "changed_by": literal(by),
        "at": literal(now, UtcDateTime),
    }
    source = select(*values.values()).where(agreed).order_by(col(Assessment.id))
    return insert(LevelChange).from_select(list(values), source)


def find_assessment(session: Session, number: int) -> Assessment:
    """The assessment with this number as it is now; raises NotFound."""
    found = by_key(session, Assessment, number)
    if found is None:
        raise NotFound(f"There is no assessment {number}.")
    return found


def has_closed(school: School, today: date) -> bool:
    """Whether the school has closed by this day."""
    return school.closed_on is not None and school.closed_on <= today
