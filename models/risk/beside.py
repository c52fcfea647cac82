"""What stands beside an escalation: the level of its school, its support, what it rests on."""

from datetime import date, datetime

from sqlmodel import Session

from models.clocks import london_date
from models.escalations.shown import EscalationNow, escalation_now
from models.needs.shown import Need, needs_behind
from models.people.access import Reader, reader
from models.people.tables import Officer
from models.policy import Policy
from models.programme.shown import SchoolProgress, progress_of
from models.risk.at_odds import live_escalations
from models.schools.tables import RiskLevel
from models.shown import Shown


class Beside(Shown):
    """What stands beside an escalation.

    `risk_level` is the school's, `at_odds` whether it does not fit a step as high as this;
    `programme` is how far its support has come this school year, `rests_on` what was said of how
    much it needs that led here.
    """

    risk_level: RiskLevel | None
    at_odds: bool
    programme: SchoolProgress
    rests_on: list[Need]


class EscalationBeside(EscalationNow):
    """An escalation with what can be done now, and what stands beside it; of an outline nothing."""

    beside: Beside | None


def beside(
    session: Session, policy: Policy, reader: Reader, reference: str, urn: int, *, today: date
) -> Beside:
    """What stands beside the escalation of a school with this reference."""
    live = live_escalations(session, policy, reader, [urn]).get(urn)
    progress = progress_of(session, policy, urn, today)
    return Beside(
        risk_level=progress.risk_level,
        at_odds=live is not None and live.reference == reference and live.at_odds,
        programme=progress,
        rests_on=needs_behind(session, reader, today=today, escalation=reference),
    )


def escalation_beside(
    session: Session, policy: Policy, officer: Officer, reference: str, *, now: datetime
) -> EscalationBeside:
    """One escalation with all that; raises NotFound."""
    found = escalation_now(session, policy, officer, reference, now=now)
    around = None
    if not found.outline:
        looks, today = reader(officer), london_date(now)
        around = beside(session, policy, looks, reference, found.urn, today=today)
    return EscalationBeside(**dict(found), beside=around)
