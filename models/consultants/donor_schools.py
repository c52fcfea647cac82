"""The donor-school rule: whose own school causes concern is needed there.

Source: DCSF, A New Relationship with Schools: The School Improvement Partner's Brief, annex E14:
governors “would be right to be sceptical about releasing their head teacher ... for example if it
were a school causing concern”.
"""

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.consultants.tables import Consultant
from models.escalations.tables import LIVE, Escalation
from models.matters.sight import visible_to
from models.matters.tables import Matter
from models.people.access import Reader
from models.policy import Policy
from models.policy.programme import DonorRule
from models.refusals import InvalidInput, NotPossible
from models.rows import find_first
from models.schools.tables import InspectionCategory, InspectionOutcome, RiskLevel, School
from models.text import check_prose

_Its = aliased(School)
_Outcome = aliased(InspectionOutcome)
_Later = aliased(InspectionOutcome)
_Correction = aliased(InspectionOutcome)
_IN_A_CATEGORY = (InspectionCategory.SIGNIFICANT_IMPROVEMENT, InspectionCategory.SPECIAL_MEASURES)


def causing_concern(reader: Reader, urn: object) -> ColumnElement[bool]:
    """The condition that a school causes concern, as far as this reader may be told so.

    It has an escalation that is not closed, stands at high risk, or is in a category of concern by
    the report published last. A restricted escalation counts for whoever sees it: a refusal must
    not tell of it to anybody else.
    """
    high = exists().where(col(_Its.urn) == urn, col(_Its.risk_level) == RiskLevel.HIGH)
    escalated = exists().where(
        col(Matter.urn) == urn,
        col(Escalation.id) == col(Matter.id),
        col(Escalation.status).in_(LIVE),
        or_(~col(Matter.restricted), visible_to(reader)),
    )
    later = exists().where(
        col(_Later.urn) == col(_Outcome.urn),
        _stands(_Later),
        or_(
            col(_Later.published_on) > col(_Outcome.published_on),
            and_(
                col(_Later.published_on) == col(_Outcome.published_on),
                col(_Later.id) > col(_Outcome.id),
            ),
        ),
    )
    in_a_category = exists().where(
        col(_Outcome.urn) == urn,
        col(_Outcome.category).in_(_IN_A_CATEGORY),
        _stands(_Outcome),
        ~later,
    )
    return or_(high, escalated, in_a_category)


def _stands(outcome: type[InspectionOutcome]) -> ColumnElement[bool]:
    corrected = exists().where(col(_Correction.corrects_id) == col(outcome.id))
    return and_(col(outcome.category).is_not(None), ~corrected)


def causes_concern(session: Session, reader: Reader, urn: int | None) -> bool:
    """The same of one school."""
    if urn is None:
        return False
    asked = select(School.urn).where(col(School.urn) == urn, causing_concern(reader, School.urn))
    return find_first(session, asked) is not None


def check_donor_school(
    session: Session, policy: Policy, reader: Reader, consultant: Consultant, reason: str
) -> str:
    """Whether a consultant can be asked to support another school; the reason that is kept.

    Where their own school causes concern the policy refuses, or asks for a reason. Raises
    NotPossible, and InvalidInput for the reason.
    """
    if not causes_concern(session, reader, consultant.own_urn):
        return ""
    if policy.programme.donor_schools is DonorRule.REFUSE:
        raise NotPossible(
            f"The own school of {consultant.name} causes concern. Choose somebody who is not "
            "needed there."
        )
    if not reason.strip():
        raise InvalidInput(
            "reason",
            f"The own school of {consultant.name} causes concern. Give the reason why they can be "
            "spared, or choose somebody else.",
        )
    return check_prose("reason", reason, most=2000)
